-- Numbers of which this run has to know the talks: of open and coming episodes, and what changed.
-- Grain:  one row per campaign and number
-- Reads:  kept.episodes, kept.dropped_calls, kept.attempts, raw.results, core.calls,
--         core.dropped_calls
-- Params: $run_id bigint, $since timestamp
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
    episodes.campaign,
    episodes.number
from kept.episodes as episodes
inner join core.calls as changed
    on episodes.closing_source = changed.source
    and episodes.closing_call_id = changed.call_id
union
-- The closing call can be one with another number of the contact.
select
    episodes.campaign,
    changed.number
from kept.episodes as episodes
inner join core.calls as changed
    on episodes.closing_source = changed.source
    and episodes.closing_call_id = changed.call_id
where changed.number is not null
union
select
    episodes.campaign,
    episodes.number
from kept.episodes as episodes
inner join raw.results as reported
    on episodes.closing_source = reported.source
    and episodes.closing_call_id = reported.command_key
where reported.applied_run = $run_id::bigint
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
