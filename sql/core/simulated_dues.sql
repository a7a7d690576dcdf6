-- When the next dial of each open episode of a simulation may leave.
-- Grain:  one row per open episode with a step left
-- Reads:  core.plans, core.simulated_delays, kept.hour_spans
-- Params: none
--
-- What a limit held is due when the limit lets it leave, in the calling hours.
with delays as (
    select
        held.episode_id,
        max(held.not_before) as not_before
    from core.simulated_delays as held
    group by held.episode_id
)

select
    plans.episode_id,
    plans.campaign,
    plans.number,
    plans.next_attempt_number as attempt_number,
    plans.next_redial_number as redial_number,
    plans.promised_at,
    case
        when delays.not_before is null or delays.not_before <= plans.due_at then plans.due_at
        else kept.next_opening(delays.not_before, spans.is_open, spans.changes_at)
    end as dialled_at
from core.plans as plans
left join delays
    on plans.episode_id = delays.episode_id
left join kept.hour_spans as spans
    on plans.hours_key = spans.hours_key
    and kept.is_in_span(delays.not_before, spans.day, spans.begins_at, spans.ends_at)
where plans.next_attempt_number is not null
