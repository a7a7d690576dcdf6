-- Delete calls older than `hot_days`; the audit files keep them.
-- Grain:  one row per old row
-- Reads:  kept.calls
-- Params: $sweep_before timestamp
delete from kept.calls
where kept.calls.started_at < $sweep_before::timestamp
