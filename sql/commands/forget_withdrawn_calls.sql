-- Delete the accounts of calls that are no dropped calls any more, and of those still settling,
-- which are judged anew. An opened one stays.
-- Grain:  one row per kept dropped call of core.dropped_calls without a standing account
-- Reads:  core.dropped_calls, kept.dropped_calls
-- Params: $since timestamp
delete from kept.dropped_calls
where
    kept.dropped_calls.dropped_at >= $since::timestamp
    and kept.dropped_calls.account != 'opened'
    and exists (
        select 1
        from core.dropped_calls as judged
        where
            judged.source = kept.dropped_calls.source
            and judged.call_id = kept.dropped_calls.call_id
            and (kept.dropped_calls.account = 'settling' or not judged.is_standing)
    )
