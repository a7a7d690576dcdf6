-- Dropped calls: how many, where the clients hung up, how long they had waited, how many clients.
-- Grain:  one row per split (all, campaign, day, hour of the day, line, queue) and its value
-- Reads:  core.split_drops
-- Params: none
--
-- queue: hung up waiting in a queue. menu: in a menu. other: timeout, exit_key, empty or ringing,
-- where a campaign asks for them. short: hung up under `short_abandon_seconds`. callers: distinct
-- numbers; withheld: calls without one. waited: of all dropped calls, also when they were ignored.
-- An empty campaign: on no campaign's line. Days and hours are those of `time_zone`, of the drop.
select
    drops.split,
    drops.split_value as value,
    count(*) as dropped_count,
    count(*) filter (where drops.kind = 'queue') as queue_count,
    count(*) filter (where drops.kind = 'ivr') as menu_count,
    count(*) filter (where drops.kind not in ('queue', 'ivr')) as other_count,
    count(*) filter (where drops.is_short) as short_count,
    count(distinct drops.number) as caller_count,
    count(*) filter (where drops.number is null) as withheld_count,
    round(quantile_cont(drops.waited_seconds, 0.5))::bigint as median_waited_seconds,
    round(quantile_cont(drops.waited_seconds, 0.9))::bigint as p90_waited_seconds,
    max(drops.waited_seconds) as longest_waited_seconds
from core.split_drops as drops
group by
    drops.split,
    drops.position,
    drops.split_value
order by
    drops.position,
    drops.split_value
