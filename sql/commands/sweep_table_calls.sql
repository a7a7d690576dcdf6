-- Delete mapped calls older than `hot_days`.
-- Grain:  one row per old row
-- Reads:  raw.table_calls
-- Params: $sweep_before timestamp
delete from raw.table_calls
where raw.table_calls.known_at < $sweep_before::timestamp
