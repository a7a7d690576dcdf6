-- The dropped calls of a simulation that no episode asks for any more.
-- Grain:  one row per dropped call that was ignored, or whose episode ends now
-- Reads:  core.closings, kept.dropped_calls
-- Params: none
select drops.*
from kept.dropped_calls as drops
where
    drops.account = 'ignored'
    or drops.episode_id in (select closings.episode_id from core.closings as closings)
