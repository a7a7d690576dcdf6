-- Delete the last directory of a source whose new one is accepted.
-- Grain:  one row per contact and number of the source
-- Reads:  kept.contacts
-- Params: $source varchar
delete from kept.contacts
where kept.contacts.source = $source::varchar
