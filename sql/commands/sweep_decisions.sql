-- Delete decisions that ended longer than `hot_days` ago.
-- Grain:  one row per old row
-- Reads:  kept.decisions
-- Params: $sweep_before timestamp
delete from kept.decisions
where kept.decisions.last_run_at < $sweep_before::timestamp
