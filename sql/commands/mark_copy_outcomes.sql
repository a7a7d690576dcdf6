-- Write what a sink answered to the copies that it was offered.
-- Grain:  one row per copy of core.answered_tries
-- Reads:  core.answered_tries, kept.copies
-- Params: $now timestamp, $run_id bigint, $sink varchar
update kept.copies
set
    state = kept.state_after(answered.outcome, answered.is_given_up),
    offered_at = case answered.outcome
        when 'not_taken' then null
        else kept.copies.offered_at
    end,
    delivered_at = case answered.outcome
        when 'delivered' then coalesce(kept.copies.offered_at, $now::timestamp)
    end,
    next_try_at = case when not answered.is_given_up then answered.next_try_at end,
    detail = answered.detail,
    changed_run = $run_id::bigint
from core.answered_tries as answered
where
    kept.copies.command_key = answered.command_key
    and kept.copies.sink = $sink::varchar
