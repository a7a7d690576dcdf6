-- Open episodes whose next attempt falls due before an instant, and all that are blocked.
-- Grain:  one row per such episode
-- Reads:  core.next_attempts, kept.contacts, kept.dropped_calls, kept.calls
-- Params: $until timestamp
--
-- The oldest promise comes first. Only the next attempt is told: a later one depends on its end.
-- is_for_hand: a person may call instead, for only the dialler is held or absent.
with wanted as (
    select next_attempts.*
    from core.next_attempts as next_attempts
    where
        next_attempts.decision = 'blocked'
        or next_attempts.attempt_number is not null
        and next_attempts.due_at < $until::timestamp
        and next_attempts.decision is distinct from 'remove'
),

contacts_of_numbers as (
    select
        contacts.number,
        count(distinct contacts.source || '/' || contacts.contact_id) as contact_count,
        min(contacts.contact_id) as contact_id,
        arg_min(contacts.name, contacts.contact_id) as contact_name
    from kept.contacts as contacts
    inner join wanted
        on contacts.number = wanted.number
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
    inner join wanted
        on dropped_calls.episode_id = wanted.episode_id
    left join kept.calls as calls
        on dropped_calls.source = calls.source
        and dropped_calls.call_id = calls.call_id
    where not dropped_calls.is_withdrawn
    group by dropped_calls.episode_id
)

select
    wanted.due_at,
    wanted.promised_at,
    wanted.number,
    case when contacts.contact_count = 1 then contacts.contact_id end as contact_id,
    case when contacts.contact_count = 1 then contacts.contact_name end as contact_name,
    wanted.campaign,
    wanted.attempt_number,
    wanted.redial_number,
    wanted.attempt_count,
    wanted.decision,
    wanted.reason,
    wanted.since_at,
    wanted.held_by,
    wanted.why,
    coalesce(wanted.held_by, 'paused') in ('paused', 'no_dialler', 'undelivered') as is_for_hand,
    wanted.proof,
    wanted.also,
    coalesce(drops.dropped_count, 0) as dropped_count,
    drops.waited_seconds,
    drops.last_drop['dropped_at'] as last_dropped_at,
    drops.last_drop['line'] as line,
    drops.last_drop['queue'] as queue,
    wanted.episode_id
from wanted
left join contacts_of_numbers as contacts
    on wanted.number = contacts.number
left join drops
    on wanted.episode_id = drops.episode_id
order by
    wanted.promised_at nulls last,
    wanted.number,
    wanted.episode_id
