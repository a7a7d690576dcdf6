-- Add what a dialler just reported, but for what it had reported before.
-- Grain:  one row per report
-- Reads:  staging.incoming_results, raw.results
-- Params: $run_id bigint, $now timestamp, $known_from timestamp
--
-- A repeat is the same text in the same stream, wherever it stands now: a file that is read again
-- under another name adds nothing. Repeats are known at the same instant, so that only records from
-- the oldest new one on ($known_from) are looked at. A record from the future waits, unapplied.
insert into raw.results by name
with first_places as (
    select min(incoming.rowid) as place
    from staging.incoming_results as incoming
    group by incoming.source, incoming.content_hash
)

select
    incoming.*,
    $run_id::bigint as read_run,
    case when incoming.known_at <= $now::timestamp then $run_id::bigint end as applied_run
from staging.incoming_results as incoming
where
    incoming.rowid in (select first_places.place from first_places)
    and not exists (
        select 1
        from raw.results as stored
        where
            incoming.content_hash = stored.content_hash
            and incoming.source = stored.source
            and stored.known_at >= $known_from::timestamp
    )
