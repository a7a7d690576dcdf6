-- Whether a dial that was handed out and has no result yet is in doubt, or its call is up.
-- Grain:  one row per attempt without a result
-- Reads:  kept.attempts, raw.results
-- Params: none
--
-- It is up once its call is seen, or its dialler says that it was placed or rings. reported_event
-- is the last thing the dialler said.
with reports as (
    select
        results.command_key,
        max({'event_at': results.event_at, 'event': results.event}) as last_report
    from raw.results as results
    where results.applied_run is not null
    group by results.command_key
)

select
    attempts.command_key,
    attempts.episode_id,
    case
        when attempts.call_id is null and reports.command_key is null then 'in_doubt'
        else 'up'
    end as standing,
    reports.last_report['event'] as reported_event,
    reports.last_report['event_at'] as reported_at
from kept.attempts as attempts
left join reports
    on attempts.command_key = reports.command_key
where attempts.result is null
