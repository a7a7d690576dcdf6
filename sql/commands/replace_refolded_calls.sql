-- Takes back what this run folded before of the calls just folded again from more rows.
-- Grain:  one row per call as a mapping gave it
-- Reads:  temp.incoming_table_calls, raw.table_calls
-- Params: $run_id bigint
--
-- A long file is folded in portions; only the last fold of a call in one run has all its rows.
delete from raw.table_calls as table_calls
where
    table_calls.read_run = $run_id::bigint
    and exists (
        select 1
        from temp.incoming_table_calls as incoming_table_calls
        where
            incoming_table_calls.source = table_calls.source
            and incoming_table_calls.call_id = table_calls.call_id
    )
