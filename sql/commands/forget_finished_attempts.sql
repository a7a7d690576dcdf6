-- Take the attempts that are over in a simulation out of those that are worked on.
-- Grain:  one row per attempt of a closing episode
-- Reads:  core.closings, kept.attempts
-- Params: none
delete from kept.attempts
where kept.attempts.episode_id in (select closings.episode_id from core.closings as closings)
