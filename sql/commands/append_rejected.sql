-- Keeps aside the records just read that are none, each once however often its file is read.
-- Grain:  one row per rejected record
-- Reads:  temp.incoming_rejected, raw.rejected
-- Params: $run_id bigint, $now timestamp
insert into raw.rejected by name
select
    incoming_rejected.*,
    $run_id::bigint as read_run,
    $now::timestamp as rejected_at,
from temp.incoming_rejected as incoming_rejected
where
    not exists (
        select 1
        from raw.rejected as rejected
        where
            rejected.source = incoming_rejected.source
            and rejected.stream = incoming_rejected.stream
            and rejected.file = incoming_rejected.file
            and rejected.line = incoming_rejected.line
            and rejected.record = incoming_rejected.record
    )
order by incoming_rejected.rowid
