-- Add the rows just read that a mapping folds to calls, but for exact repeats of stored ones.
-- Grain:  one row per row of the source
-- Reads:  staging.incoming_table_rows, raw.table_rows
-- Params: $run_id bigint
insert into raw.table_rows by name
select
    incoming.*,
    $run_id::bigint as read_run
from staging.incoming_table_rows as incoming
where
    not exists (
        select 1
        from raw.table_rows as stored
        where
            incoming.source = stored.source
            and incoming.fold_key = stored.fold_key
            and incoming.field_names = stored.field_names
            and incoming.field_values = stored.field_values
    )
