-- Delete CEL events older than `raw_days`.
-- Grain:  one row per old row
-- Reads:  raw.cel
-- Params: $raw_before timestamp
delete from raw.cel
where raw.cel.known_at < $raw_before::timestamp
