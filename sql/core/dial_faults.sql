-- What was commanded against what was observed: dials and calls that do not go together.
-- Grain:  one row per dial or call with such a fault
-- Reads:  kept.attempts, kept.calls, kept.commands, settings.program
-- Params: none
--
-- For readers. never_dialled: handed out, and no call of it was seen in time. dialled_twice: a call
-- carries the key of a dial that was handed out before, and is not the one call of any dial.
-- without_command: an outgoing call carries a key, and no dial of ours to that number had been
-- handed out with it by then, within the tolerance of clocks; not even where one was later, whose
-- call it then is. removed_too_late: the call of a dial began after the remove of its
-- episode had been taken. Calls that carry no key are by hand.
with dials as (
    select attempts.*
    from kept.attempts as attempts
    where not attempts.is_by_hand
),

dialled_calls as (
    select
        dials.campaign,
        dials.number,
        dials.attempt_number,
        dials.handed_out_at,
        dials.command_key,
        dials.episode_id,
        calls.attempt_key,
        calls.started_at,
        calls.source || '/' || calls.call_id as call
    from dials
    inner join kept.calls as calls
        on dials.call_source = calls.source
        and dials.call_id = calls.call_id
),

keyed_calls as (
    select
        calls.source,
        calls.call_id,
        calls.number,
        calls.number_raw,
        calls.attempt_key,
        calls.started_at
    from kept.calls as calls
    left join dials
        on calls.source = dials.call_source
        and calls.call_id = dials.call_id
    where
        calls.direction = 'out'
        and calls.attempt_key is not null
        and dials.command_key is null
),

keyed_dials as (
    select
        keyed_calls.source,
        keyed_calls.call_id,
        max({
            'handed_out_at': dials.handed_out_at,
            'command_key': dials.command_key,
            'campaign': dials.campaign,
            'attempt_number': dials.attempt_number,
            'episode_id': dials.episode_id
        }) as dial
    from keyed_calls
    inner join dials
        on keyed_calls.number = dials.number
    cross join settings.program as program
    where
        dials.handed_out_at
        <= keyed_calls.started_at + program.clock_tolerance_seconds * interval '1 second'
        and (
            kept.is_key_of(keyed_calls.attempt_key, dials.command_key)
            or kept.is_tag_of(
                keyed_calls.attempt_key,
                dials.command_key,
                keyed_calls.number,
                keyed_calls.number_raw
            )
        )
    group by
        keyed_calls.source,
        keyed_calls.call_id
)

select
    'never_dialled' as fault,
    dials.campaign,
    dials.number,
    dials.attempt_number,
    dials.handed_out_at as happened_at,
    null as call,
    dials.command_key,
    dials.episode_id
from dials
where dials.result = 'unseen' and dials.call_id is null
union all
select
    case
        when keyed_dials.call_id is null then 'without_command'
        else 'dialled_twice'
    end as fault,
    keyed_dials.dial['campaign'] as campaign,
    keyed_calls.number,
    keyed_dials.dial['attempt_number'] as attempt_number,
    keyed_calls.started_at as happened_at,
    keyed_calls.source || '/' || keyed_calls.call_id as call,
    coalesce(keyed_dials.dial['command_key'], keyed_calls.attempt_key) as command_key,
    keyed_dials.dial['episode_id'] as episode_id
from keyed_calls
left join keyed_dials
    on keyed_calls.source = keyed_dials.source
    and keyed_calls.call_id = keyed_dials.call_id
union all
select
    'without_command' as fault,
    dialled_calls.campaign,
    dialled_calls.number,
    dialled_calls.attempt_number,
    dialled_calls.started_at as happened_at,
    dialled_calls.call,
    dialled_calls.command_key,
    dialled_calls.episode_id
from dialled_calls
cross join settings.program as program
where
    dialled_calls.attempt_key is not null
    and dialled_calls.started_at + program.clock_tolerance_seconds * interval '1 second'
    < dialled_calls.handed_out_at
union all
select
    'removed_too_late' as fault,
    dialled_calls.campaign,
    dialled_calls.number,
    dialled_calls.attempt_number,
    dialled_calls.started_at as happened_at,
    dialled_calls.call,
    dialled_calls.command_key,
    dialled_calls.episode_id
from dialled_calls
inner join kept.commands as removes
    on dialled_calls.episode_id = removes.episode_id
    and removes.kind = 'remove'
    and removes.delivered_at < dialled_calls.started_at
