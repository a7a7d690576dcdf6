-- Every incoming call once for each split of a report: in all, by day, hour, line and queue.
-- Grain:  one row per incoming call (source, call_id) and split
-- Reads:  core.offered_calls, core.splits
-- Params: $from_at timestamp, $to_at timestamp, $time_zone varchar, $short_abandon_seconds bigint
--
-- For readers. Days and hours are those of the call's beginning. A short abandon hung up waiting,
-- or in a menu, before it had waited so long.
select
    splits.split,
    splits.position,
    kept.split_value(
        splits.split,
        kept.local_time(offered_calls.started_at, $time_zone::varchar),
        offered_calls.line,
        offered_calls.queue,
        null
    ) as split_value,
    offered_calls.number,
    offered_calls.outcome,
    offered_calls.is_offered,
    offered_calls.waited_seconds,
    offered_calls.outcome in ('queue', 'ivr')
    and offered_calls.waited_seconds < $short_abandon_seconds::bigint as is_short
from core.offered_calls as offered_calls
cross join core.splits as splits
where
    offered_calls.started_at >= $from_at::timestamp
    and offered_calls.started_at < $to_at::timestamp
    and splits.split != 'campaign'
