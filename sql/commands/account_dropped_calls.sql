-- Write the account of each dropped call: opened, joined or ignored, once.
-- Grain:  one row per dropped call of core.accounts
-- Reads:  core.accounts, kept.dropped_calls
-- Params: $now timestamp, $run_id bigint
update kept.dropped_calls
set
    campaign = accounts.campaign,
    account = accounts.account,
    reason = accounts.reason,
    episode_id = accounts.episode_id,
    is_late = accounts.is_late,
    opened_count = coalesce(accounts.generation, kept.dropped_calls.opened_count),
    accounted_at = $now::timestamp,
    changed_run = $run_id::bigint
from core.accounts as accounts
where
    kept.dropped_calls.source = accounts.source
    and kept.dropped_calls.call_id = accounts.call_id
