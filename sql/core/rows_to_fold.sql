-- The stored rows of the calls that have new ones.
-- Grain:  one row per row of the source
-- Reads:  raw.table_rows
-- Params: $source varchar, $fold_keys varchar[]
select
    stored.file,
    stored.line,
    stored.row_number,
    stored.fold_key,
    stored.field_names,
    stored.field_values
from raw.table_rows as stored
where
    stored.source = $source::varchar
    and stored.fold_key in (select unnest($fold_keys::varchar[]))
