-- Delete reports of diallers older than `raw_days`.
-- Grain:  one row per old row
-- Reads:  raw.results
-- Params: $raw_before timestamp
delete from raw.results
where raw.results.known_at < $raw_before::timestamp
