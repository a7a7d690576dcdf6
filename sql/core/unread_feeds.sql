-- The streams that this run did not read, or not without a fault, and since when what is known of
-- them ages.
-- Grain:  one row per source and stream
-- Reads:  ops.feeds, ops.jobs
-- Params: $now timestamp
--
-- A source with a schedule ages from its next slot on. since_at is null for what was never read.
select
    feeds.source,
    feeds.stream,
    case
        when feeds.read_at is not null then greatest(feeds.read_at, jobs.next_slot_at)
    end as since_at
from ops.feeds as feeds
left join ops.jobs as jobs
    on jobs.job = 'source ' || feeds.source
where feeds.read_at is distinct from $now::timestamp
order by
    feeds.source,
    feeds.stream
