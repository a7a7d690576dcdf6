-- A dial that its sink has taken, or may have taken, or refused for good, is an attempt made.
-- Grain:  one row per dial with such an outcome
-- Reads:  ops.outcomes, kept.commands, kept.attempts
-- Params: $now timestamp, $run_id bigint
insert into kept.attempts by name
select
    commands.command_key,
    commands.episode_id,
    commands.attempt_number,
    commands.redial_number,
    commands.campaign,
    commands.number,
    commands.offered_at as handed_out_at,
    null as call_source,
    null as call_id,
    false as is_matched_by_key,
    case when outcomes.outcome = 'refused_for_good' then $now::timestamp end as ended_at,
    case when outcomes.outcome = 'refused_for_good' then 'refused' end as result,
    outcomes.detail,
    false as is_regret,
    $run_id::bigint as changed_run,
    false as is_by_hand
from ops.outcomes as outcomes
inner join kept.commands as commands
    on outcomes.command_key = commands.command_key
where
    commands.kind = 'dial'
    and outcomes.outcome in ('delivered', 'unsure', 'refused_for_good')
    and not exists (
        select 1
        from kept.attempts as attempts
        where attempts.command_key = commands.command_key
    )
order by
    commands.sequence
