-- Delete old changes of do-not-call lists; the audit files keep them.
-- Grain:  one row per change older than `hot_days`
-- Reads:  kept.do_not_call_changes
-- Params: $sweep_before timestamp
delete from kept.do_not_call_changes
where kept.do_not_call_changes.changed_at < $sweep_before::timestamp
