-- The attempts of the episodes of a simulation that end now.
-- Grain:  one row per attempt of a closing episode
-- Reads:  core.closings, kept.attempts
-- Params: none
select attempts.*
from kept.attempts as attempts
where attempts.episode_id in (select closings.episode_id from core.closings as closings)
