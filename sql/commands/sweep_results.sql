-- Delete reports of diallers older than `hot_days`.
-- Grain:  one row per old row
-- Reads:  raw.results
-- Params: $sweep_before timestamp
delete from raw.results
where raw.results.known_at < $sweep_before::timestamp
