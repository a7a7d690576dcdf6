-- Forget the dropped calls from before the time that a simulation looks at.
-- Grain:  one row per dropped call that ended earlier
-- Reads:  kept.dropped_calls
-- Params: $from_at timestamp
delete from kept.dropped_calls
where kept.dropped_calls.dropped_at < $from_at::timestamp
