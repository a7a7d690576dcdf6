-- Delete CDR rows older than `raw_days`.
-- Grain:  one row per old row
-- Reads:  raw.cdr
-- Params: $raw_before timestamp
delete from raw.cdr
where raw.cdr.known_at < $raw_before::timestamp
