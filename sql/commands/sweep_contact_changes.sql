-- Delete old changes of directories; the audit files keep them.
-- Grain:  one row per change older than `hot_days`
-- Reads:  kept.contact_changes
-- Params: $sweep_before timestamp
delete from kept.contact_changes
where kept.contact_changes.changed_at < $sweep_before::timestamp
