-- What comes next for each open episode, as a reader sees it between two runs.
-- Grain:  one row per open episode
-- Reads:  core.plans, core.pauses_in_force, kept.episodes, kept.decisions, kept.attempts,
--         kept.commands, kept.closings_by_hand
-- Params: none
--
-- A dial that left in the last run is on its way, whatever that run decided before it left; one
-- that no sink took is `undelivered`, a reason that only readers tell.
-- held_by: what keeps the attempt from leaving when its time comes, null where nothing does: a
-- pause and a campaign without a dialler count before that time too. why: what a person said.
with in_force as (
    select decisions.*
    from kept.decisions as decisions
    where decisions.last_run_at is null
),

pending_attempts as (
    select
        attempts.episode_id,
        max(attempts.handed_out_at) as handed_out_at
    from kept.attempts as attempts
    where attempts.result is null
    group by attempts.episode_id
),

by_hand as (
    select
        closings.episode_id,
        min({'closed_at': closings.closed_at, 'why': closings.why}) as closing
    from kept.closings_by_hand as closings
    group by closings.episode_id
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
        plans.next_redial_number,
        plans.attempt_count,
        plans.promised_at,
        case
            when in_force.reason in ('limit', 'outside_hours') then in_force.due_at
            else plans.due_at
        end as due_at,
        plans.dialler,
        episodes.blocked_since,
        in_force.decision,
        in_force.reason,
        in_force.proof,
        in_force.also,
        in_force.first_run_at,
        pending_attempts.handed_out_at,
        undelivered_dials.issued_at,
        by_hand.closing['closed_at'] as closed_at,
        by_hand.closing['why'] as closing_why,
        pauses.campaign is not null as is_paused,
        pauses.why as pause_why,
        case
            when by_hand.episode_id is not null then 'closed_by_hand'
            when in_force.decision != 'dial' then null
            when plans.up_key is not null then 'attempt_up'
            when plans.doubtful_key is not null then 'attempt_in_doubt'
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
    left join by_hand
        on plans.episode_id = by_hand.episode_id
    left join core.pauses_in_force as pauses
        on plans.campaign = pauses.campaign
),

told as (
    select
        judged.*,
        case
            when judged.later_reason = 'closed_by_hand' then 'remove'
            when judged.later_reason in ('attempt_up', 'attempt_in_doubt') then 'wait'
            else judged.decision
        end as decision_now,
        coalesce(judged.later_reason, judged.reason) as reason_now,
        case
            when judged.later_reason = 'closed_by_hand' then judged.closed_at
            when judged.later_reason in ('attempt_up', 'attempt_in_doubt')
                then judged.handed_out_at
            when judged.later_reason is not null then judged.issued_at
            else coalesce(judged.blocked_since, judged.first_run_at)
        end as since_at
    from judged
),

held as (
    select
        told.*,
        case
            -- These two end by themselves when the attempt is due.
            when told.decision_now != 'dial' and told.reason_now not in ('not_due', 'spacing')
                then told.reason_now
            when told.is_paused then 'paused'
            when told.dialler = 'none' then 'no_dialler'
            when told.reason_now = 'undelivered' then told.reason_now
        end as held_by
    from told
)

select
    held.episode_id,
    held.campaign,
    held.number,
    held.next_attempt_number as attempt_number,
    held.next_redial_number as redial_number,
    held.attempt_count,
    held.promised_at,
    held.due_at,
    held.decision_now as decision,
    held.reason_now as reason,
    held.since_at,
    held.held_by,
    case
        when held.reason_now = 'closed_by_hand' then held.closing_why
        when held.held_by = 'paused' then held.pause_why
    end as why,
    coalesce(held.proof, []) as proof,
    coalesce(held.also, []) as also
from held
