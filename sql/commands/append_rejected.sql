-- Keep aside what was just read and is no record, each piece once however often its file is read.
-- Grain:  one row per rejected record
-- Reads:  staging.incoming_rejected, raw.rejected
-- Params: $run_id bigint, $now timestamp
insert into raw.rejected by name
select
    incoming.*,
    $run_id::bigint as read_run,
    $now::timestamp as rejected_at
from staging.incoming_rejected as incoming
where
    not exists (
        select 1
        from raw.rejected as stored
        where
            incoming.source = stored.source
            and incoming.stream = stored.stream
            and incoming.file = stored.file
            and incoming.line = stored.line
            and incoming.record = stored.record
    )
