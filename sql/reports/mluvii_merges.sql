-- What would merge the duplicates of a directory of mluvii: a payload for each group, never sent.
-- Grain:  one row per group of contacts that hang together by duplicate numbers
-- Reads:  core.duplicate_classes, core.duplicate_groups, kept.contacts
-- Params: none
--
-- payload: the body of its merge. It has the names and numbers that the directory gave; add all
-- other fields before it is sent. names: where they differ the payload has none, for a person is to
-- choose. Groups with a switchboard are left out: its callers are several. Contacts of mluvii have
-- whole numbers as ids, whether its API or a table gave them; others are none of its.
with groups as (
    select
        duplicate_groups.group_number,
        duplicate_groups.number
    from core.duplicate_groups as duplicate_groups
    inner join core.duplicate_classes as classes
        on duplicate_groups.number = classes.number
    qualify not bool_or(classes.duplicate_class = 'extension') over (
        partition by duplicate_groups.group_number
    )
),

members as (
    -- Distinct: a contact can stand on several numbers of its group.
    select distinct
        groups.group_number,
        contacts.source,
        contacts.contact_id,
        try_cast(contacts.contact_id as bigint) as id
    from kept.contacts as contacts
    inner join groups
        on contacts.number = groups.number
    where try_cast(contacts.contact_id as bigint) is not null
),

merges as (
    select
        members.group_number,
        list_sort(list(distinct members.id)) as contact_ids,
        list_sort(list(distinct contacts.name) filter (where contacts.name is not null)) as names,
        list_sort(
            list(distinct coalesce(contacts.number, contacts.number_raw))
                filter (where coalesce(contacts.number, contacts.number_raw) is not null)
        ) as numbers
    from members
    inner join kept.contacts as contacts
        on members.source = contacts.source
        and members.contact_id = contacts.contact_id
    group by members.group_number
    having count(distinct members.id) > 1
)

select
    merges.group_number,
    merges.contact_ids,
    merges.names,
    merges.numbers,
    cast(
        to_json(
            {
                'ids': merges.contact_ids,
                'contactData': {
                    'fullName': case when len(merges.names) = 1 then merges.names[1] end,
                    'data': {'oo1_guest_phone': merges.numbers}
                }
            }
        ) as varchar
    ) as payload
from merges
order by merges.group_number
