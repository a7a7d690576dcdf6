-- Remember the latest instant a run stood at.
-- Grain:  one row
-- Reads:  ops.clock
-- Params: $now timestamp
update ops.clock
set high_water_at = greatest(ops.clock.high_water_at, $now::timestamp)
