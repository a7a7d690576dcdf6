-- The contacts and spellings behind each duplicate number, for people to read.
-- Grain:  one row per duplicate number of core.duplicate_classes
-- Reads:  core.duplicate_classes, kept.contacts
-- Params: $shown_count bigint
--
-- Lists end after $shown_count: a switchboard can stand on thousands of contacts.
-- linked_through are contacts on another duplicate number too, which tie the two together.
-- An id that stands in several sources has its source beside it.
with named_contacts as (
    select
        contacts.number,
        contacts.source,
        contacts.contact_id,
        min(contacts.contact_id || coalesce(' ' || contacts.name, '')) as contact
    from kept.contacts as contacts
    inner join core.duplicate_classes as duplicates
        on contacts.number = duplicates.number
    group by
        contacts.number,
        contacts.source,
        contacts.contact_id
),

placed_contacts as (
    select
        named_contacts.number,
        named_contacts.contact_id,
        case
            when
                count(*) over (partition by named_contacts.number, named_contacts.contact_id) > 1
                then named_contacts.source || '/' || named_contacts.contact
            else named_contacts.contact
        end as contact,
        count(*) over (
            partition by named_contacts.source, named_contacts.contact_id
        ) > 1 as is_link,
        row_number() over (
            partition by named_contacts.number
            order by named_contacts.contact_id, named_contacts.source
        ) as place
    from named_contacts
),

shown_contacts as (
    select
        placed_contacts.number,
        list_sort(
            list(placed_contacts.contact)
                filter (where placed_contacts.place <= $shown_count::bigint)
        ) as contacts,
        list_sort(
            coalesce(list(placed_contacts.contact_id) filter (where placed_contacts.is_link), [])
        ) as linked_through
    from placed_contacts
    group by placed_contacts.number
),

shown_spellings as (
    select
        contacts.number,
        list_sort(list(distinct contacts.number_raw)) as directory_texts
    from kept.contacts as contacts
    inner join core.duplicate_classes as duplicates
        on contacts.number = duplicates.number
    where contacts.number_raw is not null
    group by contacts.number
)

select
    shown_contacts.number,
    shown_contacts.contacts,
    list_slice(shown_spellings.directory_texts, 1, $shown_count::bigint) as directory_texts,
    list_slice(shown_contacts.linked_through, 1, $shown_count::bigint) as linked_through
from shown_contacts
left join shown_spellings
    on shown_contacts.number = shown_spellings.number
