-- Adds the rows just read that a mapping folds to calls, without exact repeats of stored ones.
-- Grain:  one row per row of the source
-- Reads:  temp.incoming_table_rows, raw.table_rows
-- Params: $run_id bigint
insert into raw.table_rows by name
select
    incoming_table_rows.*,
    $run_id::bigint as read_run,
from temp.incoming_table_rows as incoming_table_rows
where
    not exists (
        select 1
        from raw.table_rows as table_rows
        where
            table_rows.source = incoming_table_rows.source
            and table_rows.fold_key = incoming_table_rows.fold_key
            and table_rows.field_names = incoming_table_rows.field_names
            and table_rows.field_values = incoming_table_rows.field_values
    )
order by incoming_table_rows.rowid
