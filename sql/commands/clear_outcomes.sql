-- Empty the table of answers after they were written down.
-- Grain:  one row per answer
-- Reads:  ops.outcomes
-- Params: none
delete from ops.outcomes
