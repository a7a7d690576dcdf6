-- Keep what an accepted directory changes for numbers, before it takes the place of the last one.
-- Grain:  one row per contact and number that came or went
-- Reads:  core.read_contacts, kept.contacts
-- Params: $source varchar, $now timestamp, $run_id bigint
--
-- By them a past run is decided again with the directory of then.
insert into kept.contact_changes by name
with listed as (
    -- Distinct: a contact can have a number twice.
    select distinct
        contacts.source,
        contacts.contact_id,
        contacts.number
    from core.read_contacts as contacts
    where contacts.number is not null
),

listed_before as (
    -- Distinct, as there.
    select distinct
        contacts.source,
        contacts.contact_id,
        contacts.number
    from kept.contacts as contacts
    where contacts.source = $source::varchar and contacts.number is not null
)

select
    coalesce(listed.source, listed_before.source) as source,
    coalesce(listed.contact_id, listed_before.contact_id) as contact_id,
    coalesce(listed.number, listed_before.number) as number,
    listed.contact_id is not null as is_listed,
    $now::timestamp as changed_at,
    $run_id::bigint as changed_run
from listed
full join listed_before
    on listed.source = listed_before.source
    and listed.contact_id = listed_before.contact_id
    and listed.number = listed_before.number
where listed.contact_id is null or listed_before.contact_id is null
order by
    source,
    contact_id,
    number
