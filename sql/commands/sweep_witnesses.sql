-- Delete what the logs said of calls older than `hot_days`; the audit files keep it.
-- Grain:  one row per old row
-- Reads:  kept.witnesses
-- Params: $sweep_before timestamp
delete from kept.witnesses
where kept.witnesses.started_at < $sweep_before::timestamp
