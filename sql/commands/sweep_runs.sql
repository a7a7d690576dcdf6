-- Delete runs older than `hot_days`.
-- Grain:  one row per old row
-- Reads:  ops.runs
-- Params: $sweep_before timestamp
delete from ops.runs
where ops.runs.run_at < $sweep_before::timestamp
