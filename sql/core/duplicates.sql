-- Numbers that stand on two or more contacts of the directory, with the contacts.
-- Grain:  one row per number on two or more contact ids
-- Reads:  kept.contacts
-- Params: none
--
-- A contact is known by its source and its id; the same number twice on one contact is none.
-- Least and greatest differ exactly where there are two, and cost far less than counting.
with shared_numbers as (
    select contacts.number
    from kept.contacts as contacts
    where contacts.number is not null
    group by contacts.number
    having
        min(contacts.contact_id) != max(contacts.contact_id)
        or min(contacts.source) != max(contacts.source)
)

select
    contacts.number,
    list_sort(list(distinct contacts.contact_id)) as contact_ids,
    count(distinct contacts.source || '/' || contacts.contact_id) as contact_count
from kept.contacts as contacts
inner join shared_numbers
    on contacts.number = shared_numbers.number
group by contacts.number
