-- Every dropped call once for each split of a report: in all, by campaign, day, hour, line, queue.
-- Grain:  one row per dropped call (source, call_id) and split
-- Reads:  core.told_drops, core.splits
-- Params: $from_at timestamp, $to_at timestamp, $time_zone varchar, $short_abandon_seconds bigint
--
-- For readers. Days and hours are those of the drop. What the records later say was no dropped call
-- is none.
select
    splits.split,
    splits.position,
    kept.split_value(
        splits.split,
        kept.local_time(drops.dropped_at, $time_zone::varchar),
        drops.line,
        drops.queue,
        drops.campaign
    ) as split_value,
    drops.number,
    drops.kind,
    drops.account,
    drops.waited_seconds,
    drops.waited_seconds < $short_abandon_seconds::bigint as is_short
from core.told_drops as drops
cross join core.splits as splits
where
    not drops.is_withdrawn
    and drops.dropped_at >= $from_at::timestamp
    and drops.dropped_at < $to_at::timestamp
