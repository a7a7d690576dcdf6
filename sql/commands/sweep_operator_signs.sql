-- Delete what was said of members of queues before `hot_days` and has not been said since.
-- Grain:  one row per old source, queue, member and aspect
-- Reads:  kept.operator_signs
-- Params: $sweep_before timestamp
--
-- Of whom nothing was heard for so long, nothing is known: neither that he is there nor that he is
-- not. Nobody becomes free by it: a line that renews a membership tells of its pause as well.
delete from kept.operator_signs
where kept.operator_signs.said_at < $sweep_before::timestamp
