-- Write since when an open episode is blocked, and take the mark away when it no longer is.
-- Grain:  one row per open episode whose block begins or ends
-- Reads:  core.changed_decisions, kept.episodes
-- Params: $now timestamp, $run_id bigint
update kept.episodes
set
    blocked_since = case when decisions.decision = 'blocked' then $now::timestamp end,
    changed_run = $run_id::bigint
from core.changed_decisions as decisions
where
    kept.episodes.episode_id = decisions.episode_id
    and kept.episodes.closed_at is null
    and (decisions.decision = 'blocked') = (kept.episodes.blocked_since is null)
