-- Delete the dropped calls that are still settling, to be judged anew, and those withdrawn that are
-- dropped calls again: they are accounted for once more.
-- Grain:  one row per kept dropped call of core.dropped_calls that is judged anew
-- Reads:  core.dropped_calls, kept.dropped_calls
-- Params: $since timestamp
delete from kept.dropped_calls
where
    kept.dropped_calls.dropped_at >= $since::timestamp
    and kept.dropped_calls.account in ('settling', 'withdrawn')
    and exists (
        select 1
        from core.dropped_calls as judged
        where
            judged.source = kept.dropped_calls.source
            and judged.call_id = kept.dropped_calls.call_id
            and (kept.dropped_calls.account = 'settling' or judged.is_dropped)
    )
