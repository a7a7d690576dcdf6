-- Delete what the logs said before of calls of which they say it anew.
-- Grain:  one row per kept row of a call of core.witnesses
-- Reads:  core.witnesses, kept.witnesses
-- Params: $since timestamp
delete from kept.witnesses
where
    kept.witnesses.started_at >= $since::timestamp
    and exists (
        select 1
        from core.witnesses as changed
        where
            changed.source = kept.witnesses.source
            and changed.call_id = kept.witnesses.call_id
    )
