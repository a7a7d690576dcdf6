-- Talks that a dialler reported.
-- Grain:  one row per report (source, command_key, talk_at)
-- Reads:  raw.results
-- Params: $since timestamp
--
-- A dialler that reports nothing but an answered end has talked by then. One that says at the end
-- that a machine answered, or that no operator came, has not talked, whatever it said before.
-- over_at: the end that it reported, null while the talk goes on. How long a talk was of which only
-- the end is reported is not known; it counts as long enough.
with applied as (
    select
        results.source,
        results.command_key,
        results.event,
        results.event_at,
        results.result,
        bool_or(results.event = 'answered') over whole as is_answer_reported,
        min(results.event_at) filter (where results.event = 'ended') over whole as ended_at,
        bool_or(
            results.event = 'ended'
            and coalesce(results.result in ('machine', 'client_alone'), false)
        ) over whole as is_talkless
    from raw.results as results
    where
        results.applied_run is not null
        and results.event_at >= $since::timestamp
    window whole as (partition by results.command_key)
)

select distinct
    applied.source,
    applied.command_key,
    applied.event_at as talk_at,
    case
        when applied.event = 'answered' and applied.ended_at >= applied.event_at
            then applied.ended_at
    end as over_at,
    applied.event = 'answered' as is_length_known
from applied
where
    not applied.is_talkless
    and (
        applied.event = 'answered'
        or applied.event = 'ended'
        and applied.result = 'answered'
        and not applied.is_answer_reported
    )
