-- Put new commands into the outbox: removes first, then dials by the oldest promise.
-- Grain:  one row per command whose key is not in the outbox yet
-- Reads:  core.dials, core.removes, kept.commands
-- Params: $now timestamp, $run_id bigint
with wanted as (
    select
        removes.command_key,
        'remove' as kind,
        removes.campaign,
        removes.number,
        removes.episode_id,
        null::bigint as attempt_number,
        0 as redial_number,
        removes.sink,
        null::timestamp as promised_at,
        removes.payload
    from core.removes as removes
    union all
    select
        dials.command_key,
        'dial' as kind,
        dials.campaign,
        dials.number,
        dials.episode_id,
        dials.attempt_number,
        dials.redial_number,
        dials.sink,
        dials.promised_at,
        dials.payload
    from core.dials as dials
),

last_sequence as (
    select coalesce(max(commands.sequence), 0) as sequence
    from kept.commands as commands
)

insert into kept.commands by name
select
    wanted.command_key,
    wanted.kind,
    wanted.campaign,
    wanted.number,
    wanted.episode_id,
    wanted.attempt_number,
    wanted.sink,
    last_sequence.sequence + row_number() over (
        order by
            wanted.kind desc,
            wanted.promised_at,
            wanted.number,
            wanted.command_key
    ) as sequence,
    wanted.promised_at,
    $now::timestamp as issued_at,
    $run_id::bigint as issued_run,
    'issued' as state,
    null as offered_at,
    null as delivered_at,
    0 as tries,
    null as detail,
    wanted.payload,
    $run_id::bigint as wanted_run,
    $run_id::bigint as changed_run,
    wanted.redial_number
from wanted
cross join last_sequence
where
    not exists (
        select 1
        from kept.commands as commands
        where commands.command_key = wanted.command_key
    )
