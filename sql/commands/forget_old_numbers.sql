-- Empty the cache of what another version of the phone number library or of our rules answered.
-- Grain:  one row per answer of another version
-- Reads:  raw.phone_numbers
-- Params: $metadata_version varchar
delete from raw.phone_numbers
where metadata_version != $metadata_version::varchar
