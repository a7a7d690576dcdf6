-- Empty the directory as read, after it was accepted or refused.
-- Grain:  one row per contact and number
-- Reads:  raw.contacts
-- Params: none
delete from raw.contacts
