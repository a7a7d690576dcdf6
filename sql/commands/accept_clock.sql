-- Take the present clock as right, though an earlier run stood at a later instant.
-- Grain:  one row
-- Reads:  ops.clock
-- Params: $now timestamp
update ops.clock
set high_water_at = $now::timestamp
