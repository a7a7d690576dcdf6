-- What each episode came to: who was recovered, when and through whom, and who was not and why.
-- Grain:  one row per episode added in the time asked for
-- Reads:  core.episode_outcomes
-- Params: $from_at timestamp, $to_at timestamp
--
-- outcome: self_recovered, the client called again and got through; won_back, in a dial of ours;
-- reached_by_hand, in an outgoing call that somebody else placed; else why it closed, or blocked or
-- open. talked: how long after the drop an operator and the client first talked, whoever called.
select
    outcomes.added_at,
    outcomes.number,
    outcomes.campaign,
    outcomes.line,
    outcomes.queue,
    outcomes.kind,
    outcomes.outcome,
    outcomes.reached_attempt_number,
    outcomes.waited_seconds,
    outcomes.dropped_count,
    outcomes.attempt_count,
    outcomes.first_attempt_seconds,
    outcomes.talked_after_seconds,
    outcomes.closed_at,
    outcomes.blocked_by,
    outcomes.source || '/' || outcomes.call_id as call,
    outcomes.episode_id
from core.episode_outcomes as outcomes
where
    outcomes.added_at >= $from_at::timestamp
    and outcomes.added_at < $to_at::timestamp
order by
    outcomes.added_at,
    outcomes.episode_id
