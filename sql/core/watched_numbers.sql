-- Numbers of which this run has to know the talks: of open and coming episodes, and what changed.
-- Grain:  one row per campaign and number
-- Reads:  kept.episodes, kept.dropped_calls, kept.attempts, core.calls, core.dropped_calls,
--         core.touched_closings
-- Params: $since timestamp
select
    episodes.campaign,
    episodes.number
from kept.episodes as episodes
where episodes.closed_at is null
union
select
    dropped_calls.campaign,
    dropped_calls.number
from kept.dropped_calls as dropped_calls
where dropped_calls.account = 'settling'
union
select
    judged.campaign,
    judged.number
from core.dropped_calls as judged
where judged.campaign is not null and judged.number is not null
union
select
    touched_closings.campaign,
    touched_closings.number
from core.touched_closings as touched_closings
union
select
    touched_closings.campaign,
    touched_closings.talked_number as number
from core.touched_closings as touched_closings
where touched_closings.talked_number is not null
union
select
    episodes.campaign,
    episodes.number
from kept.episodes as episodes
where episodes.is_closing_withdrawn
union
select
    attempts.campaign,
    attempts.number
from kept.attempts as attempts
inner join core.calls as changed
    on attempts.number = changed.number
where attempts.handed_out_at >= $since::timestamp
