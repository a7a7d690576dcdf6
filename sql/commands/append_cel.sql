-- Add the channel events (CEL) just read, but for those that stand there already.
-- Grain:  one row per event
-- Reads:  staging.incoming_cel, raw.cel
-- Params: $run_id bigint, $now timestamp, $known_from timestamp
--
-- A repeat is the same text in the same stream, wherever it stands now: a file that is read again
-- under another name adds nothing. Repeats are known at the same instant, so that only records from
-- the oldest new one on ($known_from) are looked at. A record from the future waits, unapplied.
insert into raw.cel by name
with first_places as (
    select min(incoming.rowid) as place
    from staging.incoming_cel as incoming
    group by incoming.source, incoming.content_hash
)

select
    incoming.*,
    $run_id::bigint as read_run,
    case when incoming.known_at <= $now::timestamp then $run_id::bigint end as applied_run
from staging.incoming_cel as incoming
where
    incoming.rowid in (select first_places.place from first_places)
    and not exists (
        select 1
        from raw.cel as stored
        where
            incoming.content_hash = stored.content_hash
            and incoming.source = stored.source
            and stored.known_at >= $known_from::timestamp
    )
