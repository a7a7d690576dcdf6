-- Each text that stands for a phone number in the directory that was just read.
-- Grain:  one row per text, region and way of reading
-- Reads:  raw.contacts, settings.sources
-- Params: none
-- Distinct: some contacts share a number.
select distinct
    contacts.number_raw,
    sources.region,
    sources.numbers
from raw.contacts as contacts
inner join settings.sources as sources
    on contacts.source = sources.source
where coalesce(contacts.number_raw, '') != ''
