-- What a past run decided otherwise than it is decided again with what was known then.
-- Grain:  one row per decision, command and dropped call that differs
-- Reads:  core.decisions, core.replay_gaps, kept.commands, kept.dropped_calls,
--         temp.recorded_decisions, temp.recorded_commands, temp.recorded_drops
-- Params: $run_id bigint, $now timestamp
--
-- gap: why it cannot be judged which of the two is right, null where nothing is missing. A dropped
-- call is compared where what the run wrote of it is still known as it wrote it. What an earlier
-- run of the same instant has decided stands: a run that is repeated decides nothing twice.
with decisions as (
    select
        coalesce(recorded.episode_id, replayed.episode_id) as episode_id,
        coalesce(recorded.campaign, replayed.campaign) as campaign,
        coalesce(recorded.number, replayed.number) as number,
        recorded.decision || ' ' || recorded.reason as decided,
        replayed.decision || ' ' || replayed.reason as replayed,
        recorded.due_at as decided_due_at,
        replayed.due_at as replayed_due_at,
        recorded.proof as decided_proof,
        replayed.proof as replayed_proof,
        [recorded.reason, replayed.reason] as reasons,
        not coalesce(
            recorded.first_run_at = $now::timestamp and recorded.run_id < $run_id::bigint, false
        )
        and (
            recorded.episode_id is null
            or replayed.episode_id is null
            or recorded.decision != replayed.decision
            or recorded.reason != replayed.reason
            or recorded.attempt_number is distinct from replayed.attempt_number
            or recorded.promised_at is distinct from replayed.promised_at
            or recorded.due_at is distinct from replayed.due_at
            or recorded.proof != replayed.proof
        ) as is_different
    from temp.recorded_decisions as recorded
    full join core.decisions as replayed
        on recorded.episode_id = replayed.episode_id
),

replayed_commands as (
    select commands.*
    from kept.commands as commands
    where commands.issued_run = $run_id::bigint
),

commands as (
    select
        coalesce(recorded.episode_id, replayed.episode_id) as episode_id,
        coalesce(recorded.campaign, replayed.campaign) as campaign,
        coalesce(recorded.number, replayed.number) as number,
        recorded.kind || coalesce(' ' || recorded.attempt_number::varchar, '') as decided,
        replayed.kind || coalesce(' ' || replayed.attempt_number::varchar, '') as replayed
    from temp.recorded_commands as recorded
    full join replayed_commands as replayed
        on recorded.command_key = replayed.command_key
    where recorded.command_key is null or replayed.command_key is null
),

replayed_drops as (
    select drops.*
    from kept.dropped_calls as drops
    where drops.changed_run = $run_id::bigint
),

drops as (
    select
        coalesce(recorded.episode_id, replayed.episode_id) as episode_id,
        recorded.campaign,
        recorded.number,
        recorded.account || coalesce(' ' || recorded.reason, '') as decided,
        replayed.account || coalesce(' ' || replayed.reason, '') as replayed,
        [recorded.source || '/' || recorded.call_id] as proof,
        [recorded.reason, replayed.reason] as reasons
    from temp.recorded_drops as recorded
    left join replayed_drops as replayed
        on recorded.source = replayed.source
        and recorded.call_id = replayed.call_id
    where
        replayed.call_id is null
        or recorded.account != replayed.account
        or recorded.reason is distinct from replayed.reason
        or recorded.episode_id is distinct from replayed.episode_id
),

differences as (
    select
        'decision' as what,
        decisions.* exclude (is_different)
    from decisions
    where decisions.is_different
    union all by name
    select
        'command' as what,
        commands.*,
        decisions.reasons
    from commands
    left join decisions
        on commands.episode_id = decisions.episode_id
    union all by name
    select
        'dropped call' as what,
        drops.* exclude (proof),
        drops.proof as decided_proof,
        drops.proof as replayed_proof
    from drops
),

judged as (
    select
        differences.*,
        (
            select min(gaps.gap)
            from core.replay_gaps as gaps
            where
                (gaps.episode_id is null or gaps.episode_id = differences.episode_id)
                and (gaps.reason is null or list_contains(differences.reasons, gaps.reason))
        ) as gap
    from differences
)

select
    judged.what,
    judged.number,
    judged.campaign,
    judged.decided,
    judged.replayed,
    judged.decided_due_at,
    judged.replayed_due_at,
    judged.decided_proof,
    judged.replayed_proof,
    judged.gap,
    judged.episode_id
from judged
order by
    judged.gap is not null,
    judged.number,
    judged.campaign,
    judged.episode_id,
    judged.what,
    judged.decided,
    judged.replayed
