-- Delete mapped calls older than `raw_days`.
-- Grain:  one row per old row
-- Reads:  raw.table_calls
-- Params: $raw_before timestamp
delete from raw.table_calls
where raw.table_calls.known_at < $raw_before::timestamp
