-- Withdraw the account of a call whose records now say that it was no dropped call. One that opened
-- an episode is only marked: the episode keeps its opening (A1).
-- Grain:  one row per accounted dropped call that is withdrawn, or no longer is
-- Reads:  core.dropped_calls, kept.dropped_calls
-- Params: $run_id bigint, $since timestamp
update kept.dropped_calls
set
    account = case
        when kept.dropped_calls.account = 'opened' then 'opened'
        else 'withdrawn'
    end,
    reason = null,
    episode_id = case
        when kept.dropped_calls.account = 'opened' then kept.dropped_calls.episode_id
    end,
    is_withdrawn = not judged.is_standing,
    changed_run = $run_id::bigint
from core.dropped_calls as judged
where
    judged.source = kept.dropped_calls.source
    and judged.call_id = kept.dropped_calls.call_id
    and kept.dropped_calls.dropped_at >= $since::timestamp
    and kept.dropped_calls.account in ('opened', 'joined', 'ignored')
    and kept.dropped_calls.is_withdrawn = judged.is_standing
