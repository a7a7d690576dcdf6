-- Take back what this run has folded before of the calls just folded again from more rows.
-- Grain:  one row per state of a call
-- Reads:  staging.incoming_table_calls, raw.table_calls
-- Params: $run_id bigint
--
-- A long file is folded in portions; of the folds of one call in one run only the last has all
-- rows.
delete from raw.table_calls as stored
where
    stored.read_run = $run_id::bigint
    and exists (
        select 1
        from staging.incoming_table_calls as incoming
        where
            stored.source = incoming.source
            and stored.call_id = incoming.call_id
    )
