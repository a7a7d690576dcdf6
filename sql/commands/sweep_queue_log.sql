-- Delete queue_log lines older than `hot_days`.
-- Grain:  one row per old row
-- Reads:  raw.queue_log
-- Params: $sweep_before timestamp
delete from raw.queue_log
where raw.queue_log.known_at < $sweep_before::timestamp
