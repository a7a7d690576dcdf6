-- Take the episodes that are over in a simulation out of those that are worked on.
-- Grain:  one row per episode of a closing episode
-- Reads:  core.closings, kept.episodes
-- Params: none
delete from kept.episodes
where kept.episodes.episode_id in (select closings.episode_id from core.closings as closings)
