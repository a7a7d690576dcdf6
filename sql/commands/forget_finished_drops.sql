-- Take the dropped calls that are over in a simulation out of those that are worked on.
-- Grain:  one row per dropped call that was ignored, or whose episode ends now
-- Reads:  core.closings, kept.dropped_calls
-- Params: none
delete from kept.dropped_calls
where
    kept.dropped_calls.account = 'ignored'
    or kept.dropped_calls.episode_id in (select closings.episode_id from core.closings as closings)
