-- What comes next for a number: the next attempt of each open episode and what the last run said.
-- Grain:  one row per open episode
-- Reads:  core.plans, kept.decisions, kept.episodes
-- Params: $number varchar
--
-- A dial that left in the last run is on its way, whatever that run decided before it left.
select
    plans.campaign,
    case
        when plans.is_last_pending and decisions.decision = 'dial' then 'wait'
        else decisions.decision
    end as decision,
    case
        when plans.is_last_pending and decisions.decision = 'dial' and plans.has_last_call
            then 'attempt_up'
        when plans.is_last_pending and decisions.decision = 'dial' then 'attempt_in_doubt'
        else decisions.reason
    end as reason,
    decisions.proof,
    decisions.also,
    plans.next_attempt_number as attempt_number,
    plans.attempt_count,
    plans.promised_at,
    plans.due_at,
    episodes.blocked_since,
    plans.episode_id
from core.plans as plans
inner join kept.episodes as episodes
    on plans.episode_id = episodes.episode_id
left join kept.decisions as decisions
    on plans.episode_id = decisions.episode_id
    and decisions.last_run_at is null
where plans.number = $number::varchar
order by
    plans.promised_at nulls last,
    plans.episode_id
