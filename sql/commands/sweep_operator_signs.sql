-- Delete what was said of members of queues before `hot_days` and has not been said since.
-- Grain:  one row per old source, queue, member and aspect
-- Reads:  kept.operator_signs
-- Params: $sweep_before timestamp
--
-- Of whom nothing was heard for so long, nothing is known: neither that he is there nor that he is
-- not. A pause or a logoff never outlives the membership that it is about, for it was said later.
delete from kept.operator_signs
where kept.operator_signs.said_at < $sweep_before::timestamp
