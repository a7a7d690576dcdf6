-- Mark the closed episodes that answer for nothing any more; their dropped calls are looked at
-- again.
-- Grain:  one row per episode of core.withdrawn_closings
-- Reads:  core.withdrawn_closings, kept.episodes
-- Params: none
update kept.episodes
set is_closing_withdrawn = true
from core.withdrawn_closings as withdrawn
where kept.episodes.episode_id = withdrawn.episode_id
