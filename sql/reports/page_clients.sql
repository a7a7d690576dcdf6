-- For pages: the clients behind the figures, those who were lost last first.
-- Grain:  one row per dropped call, the last ones
-- Reads:  core.page_drops, core.page_episodes, kept.contacts
-- Params: $client_count bigint
--
-- What an episode came to stands beside the dropped call that opened it; result of the others: of
-- a joined one joined, else its account. contacts: whose number it is today, or whose it was when a
-- duplicate blocked it.
with shown as (
    select page_drops.*
    from core.page_drops as page_drops
    order by
        page_drops.dropped_at desc,
        page_drops.source,
        page_drops.call_id
    limit $client_count::bigint
),

owners as (
    select
        contacts.number,
        list_sort(list(distinct contacts.contact_id)) as contact_ids,
        list_sort(list(distinct contacts.name)) as names
    from kept.contacts as contacts
    where contacts.number is not null
    group by contacts.number
)

select
    shown.dropped_at,
    shown.day,
    shown.hour,
    shown.weekday,
    shown.number,
    case
        when len(episodes.blocked_by) > 0 then episodes.blocked_by
        else coalesce(owners.contact_ids, [])
    end as contact_ids,
    coalesce(owners.names, []) as names,
    shown.campaign,
    shown.line,
    shown.queue,
    shown.waited_seconds,
    shown.account,
    shown.reason,
    coalesce(episodes.result, shown.account) as result,
    coalesce(episodes.outcome, shown.reason) as outcome,
    coalesce(episodes.is_due, false) as is_due,
    coalesce(episodes.is_dialled, false) as is_dialled,
    coalesce(episodes.is_answered, false) as is_answered,
    episodes.blocked_seconds is not null as is_duplicate,
    coalesce(episodes.regret_count, 0) as regret_count,
    coalesce(episodes.dial_count, 0) as dial_count,
    episodes.reached_after_seconds
from shown
left join core.page_episodes as episodes
    on
        shown.source = episodes.source
        and shown.call_id = episodes.call_id
        and shown.episode_id = episodes.episode_id
left join owners
    on shown.number = owners.number
order by
    shown.dropped_at desc,
    shown.source,
    shown.call_id
