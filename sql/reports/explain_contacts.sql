-- Whose a number is by the last good directory, and what ties these contacts to others.
-- Grain:  one row per contact with the number
-- Reads:  kept.contacts
-- Params: $number varchar
--
-- other_numbers: further numbers of the contact; shared_numbers: those of them that stand on
-- another contact too.
with holders as (
    select
        contacts.source,
        contacts.contact_id,
        min(contacts.name) as name,
        list_sort(list(distinct contacts.number_raw) filter (where contacts.number_raw is not null))
            as directory_texts
    from kept.contacts as contacts
    where contacts.number = $number::varchar
    group by
        contacts.source,
        contacts.contact_id
),

other_numbers as (
    -- Distinct: the same number can stand on one contact twice.
    select distinct
        contacts.source,
        contacts.contact_id,
        contacts.number
    from kept.contacts as contacts
    inner join holders
        on contacts.source = holders.source
        and contacts.contact_id = holders.contact_id
    where contacts.number is not null and contacts.number != $number::varchar
),

judged as (
    select
        other_numbers.source,
        other_numbers.contact_id,
        other_numbers.number,
        exists (
            select 1
            from kept.contacts as others
            where
                others.number = other_numbers.number
                and (
                    others.source != other_numbers.source
                    or others.contact_id != other_numbers.contact_id
                )
        ) as is_shared
    from other_numbers
),

listed as (
    select
        judged.source,
        judged.contact_id,
        list_sort(list(judged.number)) as other_numbers,
        list_sort(list(judged.number) filter (where judged.is_shared)) as shared_numbers
    from judged
    group by
        judged.source,
        judged.contact_id
)

select
    holders.contact_id,
    holders.name,
    holders.source,
    coalesce(holders.directory_texts, []) as directory_texts,
    coalesce(listed.other_numbers, []) as other_numbers,
    coalesce(listed.shared_numbers, []) as shared_numbers
from holders
left join listed
    on holders.source = listed.source
    and holders.contact_id = listed.contact_id
order by
    holders.contact_id,
    holders.source
