-- The directory that was just read, numbers in one notation. A contact without a number stays.
-- Grain:  one row per contact and number
-- Reads:  raw.contacts, raw.phone_numbers, settings.sources
-- Params: $source varchar
select
    contacts.source,
    contacts.contact_id,
    contacts.name,
    phone_numbers.e164 as number,
    contacts.number_raw,
    coalesce(phone_numbers.number_class, 'withheld') as number_class,
    coalesce(contacts.extension, phone_numbers.extension) as extension
from raw.contacts as contacts
inner join settings.sources as sources
    on contacts.source = sources.source
left join raw.phone_numbers as phone_numbers
    on contacts.number_raw = phone_numbers.number_raw
    and phone_numbers.region
    = case sources.numbers when 'opaque' then '' else sources.region end
where
    contacts.source = $source::varchar
    and contacts.contact_id is not null
