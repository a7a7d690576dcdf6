-- What comes next for each open episode, as a reader sees it between two runs.
-- Grain:  one row per open episode
-- Reads:  core.plans, kept.episodes, kept.decisions, kept.attempts, kept.commands
-- Params: none
--
-- A dial that left in the last run is on its way, whatever that run decided before it left; one
-- that no sink took is `undelivered`, a reason that only readers tell.
with in_force as (
    select decisions.*
    from kept.decisions as decisions
    where decisions.last_run_at is null
),

pending_attempts as (
    select
        attempts.episode_id,
        max(attempts.handed_out_at) as handed_out_at,
        bool_or(attempts.call_id is not null) as has_call
    from kept.attempts as attempts
    where attempts.result is null
    group by attempts.episode_id
),

undelivered_dials as (
    select
        commands.episode_id,
        max(commands.issued_at) as issued_at
    from kept.commands as commands
    where commands.kind = 'dial' and commands.state in ('issued', 'offered')
    group by commands.episode_id
),

judged as (
    select
        plans.episode_id,
        plans.campaign,
        plans.number,
        plans.next_attempt_number,
        plans.attempt_count,
        plans.promised_at,
        plans.due_at,
        episodes.blocked_since,
        in_force.decision,
        in_force.reason,
        in_force.proof,
        in_force.also,
        in_force.first_run_at,
        pending_attempts.handed_out_at,
        undelivered_dials.issued_at,
        case
            when in_force.decision != 'dial' then null
            when pending_attempts.has_call then 'attempt_up'
            when pending_attempts.episode_id is not null then 'attempt_in_doubt'
            when undelivered_dials.episode_id is not null then 'undelivered'
        end as later_reason
    from core.plans as plans
    inner join kept.episodes as episodes
        on plans.episode_id = episodes.episode_id
    left join in_force
        on plans.episode_id = in_force.episode_id
    left join pending_attempts
        on plans.episode_id = pending_attempts.episode_id
    left join undelivered_dials
        on plans.episode_id = undelivered_dials.episode_id
)

select
    judged.episode_id,
    judged.campaign,
    judged.number,
    judged.next_attempt_number as attempt_number,
    judged.attempt_count,
    judged.promised_at,
    judged.due_at,
    case
        when judged.later_reason in ('attempt_up', 'attempt_in_doubt') then 'wait'
        else judged.decision
    end as decision,
    coalesce(judged.later_reason, judged.reason) as reason,
    case
        when judged.later_reason in ('attempt_up', 'attempt_in_doubt') then judged.handed_out_at
        when judged.later_reason is not null then judged.issued_at
        else coalesce(judged.blocked_since, judged.first_run_at)
    end as since_at,
    coalesce(judged.proof, []) as proof,
    coalesce(judged.also, []) as also
from judged
