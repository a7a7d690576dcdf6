-- Delete queue_log lines older than `raw_days`.
-- Grain:  one row per old row
-- Reads:  raw.queue_log
-- Params: $raw_before timestamp
delete from raw.queue_log
where raw.queue_log.known_at < $raw_before::timestamp
