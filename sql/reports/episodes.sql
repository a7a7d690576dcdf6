-- Every stay of a number in a campaign: since when, how often dropped and dialled, where it stands.
-- Grain:  one row per episode added in the time asked for
-- Reads:  kept.episodes, kept.dropped_calls, kept.attempts, kept.decisions, kept.contacts,
--         kept.closings_by_hand
-- Params: $from_at timestamp, $to_at timestamp
--
-- reason: why it closed, or what the last run said of it. due: of the next attempt, while open.
-- why: what the person said who closed it by hand.
with drops as (
    select
        dropped_calls.episode_id,
        count(*) as dropped_count
    from kept.dropped_calls as dropped_calls
    where not dropped_calls.is_withdrawn
    group by dropped_calls.episode_id
),

attempts_made as (
    select
        attempts.episode_id,
        count(*) as attempt_count
    from kept.attempts as attempts
    group by attempts.episode_id
),

in_force as (
    select
        decisions.episode_id,
        decisions.reason,
        decisions.due_at
    from kept.decisions as decisions
    where decisions.last_run_at is null
),

by_hand as (
    select
        closings_by_hand.episode_id,
        min(closings_by_hand.why) as why
    from kept.closings_by_hand as closings_by_hand
    group by closings_by_hand.episode_id
),

contacts_of_numbers as (
    select
        contacts.number,
        list_sort(list(distinct contacts.contact_id)) as contact_ids
    from kept.contacts as contacts
    where contacts.number is not null
    group by contacts.number
)

select
    episodes.added_at,
    episodes.number,
    coalesce(contacts_of_numbers.contact_ids, []) as contact_ids,
    episodes.campaign,
    coalesce(drops.dropped_count, 0) as dropped_count,
    coalesce(attempts_made.attempt_count, 0) as dialled_count,
    case
        when episodes.closed_at is not null then 'closed'
        when episodes.blocked_since is not null then 'blocked'
        else 'open'
    end as state,
    coalesce(episodes.reason, in_force.reason) as reason,
    by_hand.why,
    episodes.closed_at,
    case when episodes.closed_at is null then in_force.due_at end as due_at,
    episodes.episode_id
from kept.episodes as episodes
left join drops
    on episodes.episode_id = drops.episode_id
left join attempts_made
    on episodes.episode_id = attempts_made.episode_id
left join in_force
    on episodes.episode_id = in_force.episode_id
left join by_hand
    on episodes.episode_id = by_hand.episode_id
left join contacts_of_numbers
    on episodes.number = contacts_of_numbers.number
where
    episodes.added_at >= $from_at::timestamp
    and episodes.added_at < $to_at::timestamp
order by
    episodes.added_at,
    episodes.episode_id
