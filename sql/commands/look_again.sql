-- Make the next run decide, though no record is new: a person changed something.
-- Grain:  one row
-- Reads:  ops.clock
-- Params: none
update ops.clock
set next_change_at = timestamp '1970-01-01 00:00:00'
