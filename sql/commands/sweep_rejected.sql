-- Delete what was kept aside longer than `hot_days` ago.
-- Grain:  one row per old row
-- Reads:  raw.rejected
-- Params: $sweep_before timestamp
delete from raw.rejected
where raw.rejected.rejected_at < $sweep_before::timestamp
