-- Close the open episodes that core.closings names.
-- Grain:  one row per closing episode
-- Reads:  core.closings, kept.episodes
-- Params: $now timestamp, $run_id bigint
update kept.episodes
set
    closed_at = closings.closed_at,
    cut_at = closings.cut_at,
    reason = closings.reason,
    closing_source = closings.closing_source,
    closing_call_id = closings.closing_call_id,
    closed_run_at = $now::timestamp,
    changed_run = $run_id::bigint
from core.closings as closings
where kept.episodes.episode_id = closings.episode_id
