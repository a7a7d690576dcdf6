-- Delete what is kept of numbers that have been no duplicates since before `hot_days`.
-- Grain:  one row per number that was a duplicate
-- Reads:  kept.duplicates
-- Params: $sweep_before timestamp
delete from kept.duplicates
where kept.duplicates.ended_at < $sweep_before::timestamp
