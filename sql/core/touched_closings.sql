-- Closed episodes whose closing rests on a call or report that is new or changed in this run.
-- Grain:  one row per closed episode
-- Reads:  kept.episodes, core.calls, raw.results
-- Params: $run_id bigint
--
-- What it rests on may say otherwise now. talked_number is the number of the call as it is now,
-- null for a report: with `reach = "contact"` it can be another number of the contact.
select
    episodes.episode_id,
    episodes.campaign,
    episodes.number,
    changed.number as talked_number
from kept.episodes as episodes
inner join core.calls as changed
    on episodes.closing_source = changed.source
    and episodes.closing_call_id = changed.call_id
union
-- Distinct: a dialler can report several things of a dial in one run.
select
    episodes.episode_id,
    episodes.campaign,
    episodes.number,
    null as talked_number
from kept.episodes as episodes
inner join raw.results as reported
    on episodes.closing_source = reported.source
    and episodes.closing_call_id = reported.command_key
where reported.applied_run = $run_id::bigint
