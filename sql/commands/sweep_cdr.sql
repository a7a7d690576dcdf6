-- Delete CDR rows older than `hot_days`.
-- Grain:  one row per old row
-- Reads:  raw.cdr
-- Params: $sweep_before timestamp
delete from raw.cdr
where raw.cdr.known_at < $sweep_before::timestamp
