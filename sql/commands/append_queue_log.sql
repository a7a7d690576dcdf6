-- Adds the events just read from a queue_log, without those that stand there already.
-- Grain:  one row per event
-- Reads:  temp.incoming_queue_log, raw.queue_log
-- Params: $run_id bigint, $now timestamp, $is_strict boolean, $known_from timestamp
--
-- The same record is the same text of the same stream, wherever it stands now: a file that is read
-- again under another name adds nothing. A record has one known_at, so that only records known
-- from the oldest new one on ($known_from) have to be looked at.
-- Rows are added in the order of reading, which the last order by keeps.
insert into raw.queue_log by name
with new_records as (

    select
        incoming_queue_log.*,
        incoming_queue_log.rowid as place,
    from temp.incoming_queue_log as incoming_queue_log
    where
        not exists (
            select 1
            from raw.queue_log as queue_log
            where
                queue_log.content_hash = incoming_queue_log.content_hash
                and queue_log.source = incoming_queue_log.source
                and queue_log.known_at >= $known_from::timestamp
        )
    qualify
        row_number() over (
            partition by incoming_queue_log.source, incoming_queue_log.content_hash
            order by incoming_queue_log.rowid
        ) = 1

)

select
    new_records.* exclude (place),
    $run_id::bigint as read_run,
    case
        when not $is_strict::boolean or new_records.known_at <= $now::timestamp
            then $run_id::bigint
    end as applied_run,
from new_records
order by new_records.place
