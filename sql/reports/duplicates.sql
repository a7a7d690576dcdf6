-- Numbers on two or more contacts, for who mends the directory: whose they are and what waits.
-- Grain:  one row per duplicate number; numbers that hang together have one group_number
-- Reads:  core.duplicate_classes, core.duplicate_groups, core.duplicate_contacts, kept.episodes,
--         kept.dropped_calls
-- Params: none
--
-- duplicate class: same_text, written alike on two contacts; same_after_normalising, only the
-- number is the same; extension, each contact has another one; through_another_number, of its one
-- contact.
-- directory texts: how the number is written there. linked through: contacts on another duplicate
-- number too. waiting drops: dropped calls of clients who wait for a call.
with waiting_drops as (
    select
        episodes.number,
        min(episodes.blocked_since) as blocked_since,
        count(dropped_calls.call_id) as drop_count
    from kept.episodes as episodes
    left join kept.dropped_calls as dropped_calls
        on
            episodes.episode_id = dropped_calls.episode_id
            and not dropped_calls.is_withdrawn
    where episodes.closed_at is null
    group by episodes.number
)

select
    duplicate_groups.group_number,
    duplicates.number,
    duplicates.duplicate_class,
    duplicates.contact_count,
    duplicate_contacts.contacts,
    duplicate_contacts.directory_texts,
    duplicate_contacts.linked_through,
    coalesce(waiting_drops.drop_count, 0) as waiting_drop_count,
    waiting_drops.blocked_since
from core.duplicate_classes as duplicates
inner join core.duplicate_groups as duplicate_groups
    on duplicates.number = duplicate_groups.number
inner join core.duplicate_contacts as duplicate_contacts
    on duplicates.number = duplicate_contacts.number
left join waiting_drops
    on duplicates.number = waiting_drops.number
order by
    duplicate_groups.group_number,
    duplicates.number
