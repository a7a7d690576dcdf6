-- Numbers on two or more contacts, for the person who mends the directory: who has them, what waits.
-- Grain:  one row per duplicate number; numbers that hang together have one group_number
-- Reads:  core.duplicates, core.duplicate_groups, kept.contacts, kept.episodes, kept.dropped_calls
-- Params: $shown_count bigint
--
-- Lists end after $shown_count: a switchboard can stand on thousands; contact_count counts them all.
-- linked_through are the contacts that tie a number to another one of its group.
with named_contacts as (
    select
        contacts.number,
        contacts.source,
        contacts.contact_id,
        min(contacts.contact_id || coalesce(' ' || contacts.name, '')) as contact
    from kept.contacts as contacts
    inner join core.duplicates as duplicates
        on contacts.number = duplicates.number
    group by contacts.number, contacts.source, contacts.contact_id
),

placed_contacts as (
    -- Source and id name a contact, so each place is taken once.
    select
        named_contacts.number,
        named_contacts.contact_id,
        named_contacts.contact,
        count(*) over by_contact > 1 as is_link,
        row_number() over by_number as place
    from named_contacts
    window
        by_contact as (partition by named_contacts.source, named_contacts.contact_id),
        by_number as (
            partition by named_contacts.number
            order by named_contacts.contact_id, named_contacts.source
        )
),

shown_contacts as (
    select
        placed_contacts.number,
        list_sort(
            list(placed_contacts.contact) filter (where placed_contacts.place <= $shown_count::bigint)
        ) as contacts,
        list_sort(
            coalesce(list(placed_contacts.contact_id) filter (where placed_contacts.is_link), [])
        ) as linked_through
    from placed_contacts
    group by placed_contacts.number
),

spellings as (
    select
        contacts.number,
        contacts.number_raw,
        row_number() over (partition by contacts.number order by contacts.number_raw) as place
    from kept.contacts as contacts
    inner join core.duplicates as duplicates
        on contacts.number = duplicates.number
    where contacts.number_raw is not null
    group by contacts.number, contacts.number_raw
),

shown_spellings as (
    select
        spellings.number,
        list_sort(list(spellings.number_raw)) as directory_texts
    from spellings
    where spellings.place <= $shown_count::bigint
    group by spellings.number
),

waiting as (
    select
        episodes.number,
        min(episodes.blocked_since) as blocked_since,
        count(dropped_calls.call_id) as waiting_count
    from kept.episodes as episodes
    left join kept.dropped_calls as dropped_calls
        on episodes.episode_id = dropped_calls.episode_id and not dropped_calls.is_withdrawn
    where episodes.closed_at is null
    group by episodes.number
)

select
    duplicate_groups.group_number,
    duplicates.number,
    duplicates.contact_count,
    shown_contacts.contacts,
    shown_spellings.directory_texts,
    list_slice(shown_contacts.linked_through, 1, $shown_count::bigint) as linked_through,
    coalesce(waiting.waiting_count, 0) as waiting_count,
    waiting.blocked_since
from core.duplicates as duplicates
inner join core.duplicate_groups as duplicate_groups
    on duplicates.number = duplicate_groups.number
inner join shown_contacts
    on duplicates.number = shown_contacts.number
left join shown_spellings
    on duplicates.number = shown_spellings.number
left join waiting
    on duplicates.number = waiting.number
order by
    duplicate_groups.group_number,
    duplicates.number
