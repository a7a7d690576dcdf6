-- Open episodes whose next attempt falls due before an instant, and all that are blocked.
-- Grain:  one row per such episode
-- Reads:  core.plans, kept.decisions, kept.episodes, kept.contacts, kept.dropped_calls, kept.calls,
--         kept.commands
-- Params: $until timestamp
--
-- The oldest promise comes first. Only the next attempt is told: a later one depends on its end.
-- A dial that left in the last run is on its way, whatever that run decided before it left.
with in_force as (
    select decisions.*
    from kept.decisions as decisions
    where decisions.last_run_at is null
),

contacts_of_numbers as (
    select
        contacts.number,
        count(distinct contacts.source || '/' || contacts.contact_id) as contact_count,
        min(contacts.contact_id) as contact_id,
        arg_min(contacts.name, contacts.contact_id) as contact_name
    from kept.contacts as contacts
    inner join core.plans as plans
        on contacts.number = plans.number
    group by contacts.number
),

drops as (
    select
        dropped_calls.episode_id,
        count(*) as dropped_count,
        max(dropped_calls.waited_seconds) as waited_seconds,
        max({
            'dropped_at': dropped_calls.dropped_at,
            'call_id': dropped_calls.call_id,
            'line': calls.dialled_number,
            'queue': calls.queue
        }) as last_drop
    from kept.dropped_calls as dropped_calls
    inner join core.plans as plans
        on dropped_calls.episode_id = plans.episode_id
    left join kept.calls as calls
        on dropped_calls.source = calls.source
        and dropped_calls.call_id = calls.call_id
    where not dropped_calls.is_withdrawn
    group by dropped_calls.episode_id
),

undelivered_dials as (
    -- Distinct: at most one, but a row more must not double an episode.
    select distinct commands.episode_id
    from kept.commands as commands
    where commands.kind = 'dial' and commands.state in ('issued', 'offered')
),

standing as (
    select
        plans.episode_id,
        plans.number,
        plans.campaign,
        plans.next_attempt_number,
        plans.attempt_count,
        plans.promised_at,
        plans.due_at,
        in_force.first_run_at,
        in_force.proof,
        in_force.also,
        case
            when plans.is_last_pending and in_force.decision = 'dial' then 'wait'
            else in_force.decision
        end as decision,
        case
            when plans.is_last_pending and in_force.decision = 'dial' and plans.has_last_call
                then 'attempt_up'
            when plans.is_last_pending and in_force.decision = 'dial' then 'attempt_in_doubt'
            when undelivered_dials.episode_id is not null and in_force.decision = 'dial'
                then 'undelivered'
            else in_force.reason
        end as reason
    from core.plans as plans
    left join in_force
        on plans.episode_id = in_force.episode_id
    left join undelivered_dials
        on plans.episode_id = undelivered_dials.episode_id
)

select
    standing.due_at,
    standing.promised_at,
    standing.number,
    case when contacts.contact_count = 1 then contacts.contact_id end as contact_id,
    case when contacts.contact_count = 1 then contacts.contact_name end as contact_name,
    standing.campaign,
    standing.next_attempt_number as attempt_number,
    standing.attempt_count,
    standing.decision,
    standing.reason,
    standing.also,
    standing.proof,
    coalesce(episodes.blocked_since, standing.first_run_at) as since_at,
    coalesce(drops.dropped_count, 0) as dropped_count,
    drops.waited_seconds,
    drops.last_drop['line'] as line,
    drops.last_drop['queue'] as queue,
    standing.episode_id
from standing
inner join kept.episodes as episodes
    on standing.episode_id = episodes.episode_id
left join contacts_of_numbers as contacts
    on standing.number = contacts.number
left join drops
    on standing.episode_id = drops.episode_id
where
    standing.decision = 'blocked'
    or standing.next_attempt_number is not null
    and standing.due_at < $until::timestamp
order by
    standing.promised_at nulls last,
    standing.number,
    standing.episode_id
