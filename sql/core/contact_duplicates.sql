-- Numbers of open episodes that are duplicates through another number of their contact.
-- Grain:  one row per number on one contact, another number of which stands on two or more
-- Reads:  core.directory, kept.contacts
-- Params: none
--
-- For campaigns with `duplicate_scope = "contact"`. contact_ids tells each contact on the shared
-- number and that number; a number that is shared itself has its ids in core.directory.
with holders as (
    -- Distinct: a number can stand twice on one contact.
    select distinct
        directory.number,
        contacts.source,
        contacts.contact_id
    from core.directory as directory
    inner join kept.contacts as contacts
        on directory.number = contacts.number
    where directory.contact_count = 1
),

others as (
    select distinct
        holders.number,
        contacts.number as other_number
    from holders
    inner join kept.contacts as contacts
        on holders.source = contacts.source
        and holders.contact_id = contacts.contact_id
    where contacts.number != holders.number
),

placed as (
    select
        holders_of_others.number,
        holders_of_others.source,
        holders_of_others.contact_id,
        count(*) over (partition by holders_of_others.number) as holder_count,
        count(*) over (
            partition by holders_of_others.number, holders_of_others.contact_id
        ) as source_count
    from (
        select distinct
            contacts.number,
            contacts.source,
            contacts.contact_id
        from kept.contacts as contacts
        where contacts.number in (select others.other_number from others)
    ) as holders_of_others
)

select
    others.number,
    list_sort(
        list(
            case when placed.source_count > 1 then placed.source || '/' else '' end
            || placed.contact_id || ' through ' || placed.number
        )
    ) as contact_ids
from others
inner join placed
    on others.other_number = placed.number
where placed.holder_count > 1
group by others.number
