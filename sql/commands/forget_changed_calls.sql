-- Delete the kept rows of calls that have a newer one.
-- Grain:  one row per call of core.calls that was kept before
-- Reads:  core.calls, kept.calls
-- Params: $since timestamp
delete from kept.calls
where
    kept.calls.started_at >= $since::timestamp
    and exists (
        select 1
        from core.calls as changed
        where
            changed.source = kept.calls.source
            and changed.call_id = kept.calls.call_id
    )
