-- Keep the calls by hand that count as attempts.
-- Grain:  one row per episode and call of core.calls_by_hand
-- Reads:  core.calls_by_hand
-- Params: $run_id bigint
insert into kept.attempts by name
select
    calls_by_hand.command_key,
    calls_by_hand.episode_id,
    calls_by_hand.attempt_number,
    0 as redial_number,
    calls_by_hand.campaign,
    calls_by_hand.number,
    calls_by_hand.started_at as handed_out_at,
    calls_by_hand.source as call_source,
    calls_by_hand.call_id,
    true as is_matched_by_key,
    calls_by_hand.ended_at,
    'unanswered' as result,
    calls_by_hand.result as detail,
    false as is_regret,
    $run_id::bigint as changed_run,
    true as is_by_hand
from core.calls_by_hand as calls_by_hand
