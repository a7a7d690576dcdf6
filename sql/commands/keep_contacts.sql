-- Keep an accepted directory.
-- Grain:  one row per contact and number
-- Reads:  core.read_contacts
-- Params: none
insert into kept.contacts
select
    contacts.source,
    contacts.contact_id,
    contacts.name,
    contacts.number,
    contacts.number_raw,
    contacts.number_class,
    contacts.extension
from core.read_contacts as contacts
