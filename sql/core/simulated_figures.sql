-- What a simulation came to, in counts by kind and name.
-- Grain:  one row per kind (dropped, opened, joined, ignored, removed, open, due, redial) and name
-- Reads:  kept.dropped_calls, kept.episodes, kept.attempts
-- Params: none
--
-- dropped = opened + joined + ignored, opened = removed + open. name: the reason of ignored and of
-- removed ones, blocked or not of open ones, the number of the attempt of due dials.
select
    'dropped' as kind,
    '' as name,
    count(*) as figure
from kept.dropped_calls as drops
union all
select
    drops.account as kind,
    coalesce(drops.reason, '') as name,
    count(*) as figure
from kept.dropped_calls as drops
group by
    drops.account,
    drops.reason
union all
select
    case when episodes.closed_at is null then 'open' else 'removed' end as kind,
    coalesce(episodes.reason, '') as name,
    count(*) as figure
from kept.episodes as episodes
group by
    episodes.closed_at is null,
    episodes.reason
union all
select
    case when attempts.redial_number = 0 then 'due' else 'redial' end as kind,
    attempts.attempt_number::varchar as name,
    count(*) as figure
from kept.attempts as attempts
group by
    attempts.redial_number = 0,
    attempts.attempt_number
