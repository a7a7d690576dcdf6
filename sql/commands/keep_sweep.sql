-- Remember that today's sweep is done.
-- Grain:  one row
-- Reads:  ops.clock
-- Params: $now timestamp
update ops.clock
set swept_on = $now::timestamp::date
