-- The stays of callers in queues, each from its ENTERQUEUE to its end.
-- Grain:  one row per call (source, call_id) and session_number, counted in order of time
-- Reads:  raw.queue_log, staging.touched_calls, settings.program
-- Params: $since timestamp
--
-- Neither place nor repetition of a line matters. Every line but ENTERQUEUE tells by its figures
-- (hold, talk, wait) in which second its session began, so each finds its ENTERQUEUE although whole
-- seconds tie: an overflow, a transfer and a re-entry within one second come out in order.
-- The caller's number is hostile: a pipe in it shifts the fields, so its end is found from the end.
-- `NAME;2` is the far half of a Local channel that a dial named: an operator is looked for there,
-- by the number of a client who has not called, and the other logs tell what came of that dial.
with tolerance as (
    select coalesce(max(program.clock_tolerance_seconds), 0) as seconds
    from settings.program as program
),

lines as (
    select
        lines.source,
        lines.call_id,
        lines.queue,
        lines.event,
        epoch(lines.event_at)::bigint as at_second,
        lines.data,
        len(lines.data) as field_count,
        case
            when lines.event = 'ENTERQUEUE' then 'enter'
            when lines.event = 'CONNECT' then 'connect'
            when lines.event in ('COMPLETECALLER', 'COMPLETEAGENT') then 'complete'
            when lines.event in ('BLINDTRANSFER', 'ATTENDEDTRANSFER', 'TRANSFER') then 'transfer'
            when
                lines.event in (
                    'ABANDON', 'EXITWITHTIMEOUT', 'EXITWITHKEY', 'EXITEMPTY', 'LEAVEEMPTY',
                    'WITHDRAW', 'SYSCOMPAT'
                )
                then 'leave'
        end as kind
    from raw.queue_log as lines
    semi join staging.touched_calls as touched_calls
        on lines.source = touched_calls.source
        and lines.call_id = touched_calls.call_id
    where
        lines.call_id not like '%;2'
        and lines.applied_run is not null
        and lines.known_at >= $since::timestamp
),

-- The number ends before the position: the last field, or the last but one where the caller's name
-- is logged too.
read_lines as (
    select
        lines.source,
        lines.call_id,
        lines.queue,
        lines.event,
        lines.kind,
        lines.at_second,
        case
            when lines.kind != 'enter' then null
            when lines.field_count < 3 then coalesce(lines.data[2], '')
            when
                lines.field_count > 3
                and not regexp_matches(lines.data[-1], '^[0-9]{1,4}$')
                and regexp_matches(lines.data[-2], '^[0-9]{1,4}$')
                then array_to_string(lines.data[2:-3], '|')
            else array_to_string(lines.data[2:-2], '|')
        end as number_raw,
        case
            when lines.kind = 'complete' then try_cast(lines.data[2] as integer)
            when lines.event = 'ATTENDEDTRANSFER' then try_cast(lines.data[-2] as integer)
            when lines.kind = 'transfer' then try_cast(lines.data[4] as integer)
        end as talk_seconds,
        case
            when lines.kind in ('connect', 'complete') then try_cast(lines.data[1] as integer)
            when lines.event = 'ATTENDEDTRANSFER' then try_cast(lines.data[-3] as integer)
            when lines.kind = 'transfer' then try_cast(lines.data[3] as integer)
            when lines.event = 'EXITWITHKEY' then try_cast(lines.data[4] as integer)
            when lines.kind = 'leave' then try_cast(lines.data[3] as integer)
        end as wait_seconds,
        case
            when lines.kind = 'complete' then 4
            when lines.event = 'ABANDON' then 3
            when lines.kind = 'transfer' then 2
            else 1
        end as finality
    from lines
    where lines.kind is not null
),

-- `open_enter`: the session of this queue that had no end before this second began.
preceded as (
    select
        read_lines.*,
        case
            when read_lines.kind in ('enter', 'connect', 'leave')
                then read_lines.wait_seconds::bigint
            else read_lines.wait_seconds::bigint + read_lines.talk_seconds
        end as age_seconds,
        max(read_lines.at_second) filter (where read_lines.kind = 'enter')
            over earlier as earlier_enter,
        max(read_lines.at_second) filter (where read_lines.kind not in ('enter', 'connect'))
            over earlier as earlier_end
    from read_lines
    window earlier as (
        partition by read_lines.source, read_lines.call_id, read_lines.queue
        order by read_lines.at_second
        range between unbounded preceding and 1 preceding
    )
),

dated as (
    select
        preceded.*,
        case
            when coalesce(preceded.earlier_end <= preceded.earlier_enter, true)
                then preceded.earlier_enter
        end as open_enter,
        preceded.at_second - coalesce(preceded.age_seconds, 0) as began_by_figures
    from preceded
),

neighbours as (
    select
        dated.*,
        max(dated.at_second) filter (where dated.kind = 'enter') over (
            partition by dated.source, dated.call_id, dated.queue
            order by dated.began_by_figures
            range between unbounded preceding and current row
        ) as enter_before,
        min(dated.at_second) filter (where dated.kind = 'enter') over (
            partition by dated.source, dated.call_id, dated.queue
            order by dated.began_by_figures
            range between current row and unbounded following
        ) as enter_after
    from dated
),

matched as (
    select
        neighbours.*,
        case
            when neighbours.kind = 'enter' then neighbours.at_second
            when neighbours.age_seconds is null
                then coalesce(
                    neighbours.open_enter, neighbours.enter_before, neighbours.enter_after
                )
            when
                neighbours.began_by_figures - neighbours.enter_before <= tolerance.seconds
                and coalesce(
                    neighbours.began_by_figures - neighbours.enter_before
                    <= neighbours.enter_after - neighbours.began_by_figures,
                    true
                )
                then neighbours.enter_before
            when neighbours.enter_after - neighbours.began_by_figures <= tolerance.seconds
                then neighbours.enter_after
            else neighbours.open_enter
        end as enter_second,
        tolerance.seconds as tolerance_seconds
    from neighbours
    cross join tolerance
),

-- Lines whose ENTERQUEUE is lost make a session of their own, those of one beginning the same one.
-- An end of waiting without any figure tells nothing then.
strays as (
    select
        matched.*,
        case
            when
                matched.began_by_figures - lag(matched.began_by_figures) over (
                    partition by matched.source, matched.call_id, matched.queue
                    order by matched.began_by_figures
                ) <= matched.tolerance_seconds
                then null
            else matched.began_by_figures
        end as first_of_stray
    from matched
    where
        matched.enter_second is null
        and (matched.age_seconds is not null or matched.kind != 'leave')
),

session_lines as (
    select
        matched.*,
        matched.enter_second as session_second
    from matched
    where matched.enter_second is not null
    union all
    select
        strays.* exclude (first_of_stray),
        max(strays.first_of_stray) over (
            partition by strays.source, strays.call_id, strays.queue
            order by strays.began_by_figures
            range between unbounded preceding and current row
        ) as session_second
    from strays
),

-- A CONNECT stamped before its ENTERQUEUE still came after it.
sessions as (
    select
        session_lines.source,
        session_lines.call_id,
        session_lines.queue,
        session_lines.session_second,
        max(session_lines.number_raw) as number_raw,
        bool_or(session_lines.kind != 'leave') as is_proof,
        least(
            session_lines.session_second,
            min(session_lines.at_second) filter (where session_lines.kind = 'connect')
        ) as began_second,
        coalesce(
            min(session_lines.at_second) filter (where session_lines.kind = 'connect'),
            case
                when bool_or(session_lines.kind in ('complete', 'transfer'))
                    then greatest(
                        session_lines.session_second,
                        min(session_lines.at_second - coalesce(session_lines.talk_seconds, 0))
                            filter (where session_lines.kind in ('complete', 'transfer'))
                    )
            end
        ) as connected_second,
        max(session_lines.at_second) filter (where session_lines.kind = 'connect')
            as last_connect_second,
        max(
            {
                'at_second': session_lines.at_second,
                'finality': session_lines.finality,
                'event': session_lines.event
            }
        ) filter (where session_lines.kind in ('complete', 'transfer')) as last_talk_end,
        max(
            {
                'at_second': session_lines.at_second,
                'finality': session_lines.finality,
                'event': session_lines.event
            }
        ) filter (where session_lines.kind = 'leave') as last_leave
    from session_lines
    group by
        session_lines.source,
        session_lines.call_id,
        session_lines.queue,
        session_lines.session_second
),

-- Who was connected never leaves by a line of waiting. Such a line tells of a second stay that
-- began in the same second, or of none: it counts only where the talk was over in that second.
-- An end before the last CONNECT ended an earlier stay.
ended_sessions as (
    select
        sessions.*,
        case
            when sessions.connected_second is null then sessions.last_leave
            when sessions.last_talk_end is null
                then case
                    when sessions.last_leave.at_second > sessions.last_connect_second
                        then sessions.last_leave
                end
            when sessions.last_talk_end.at_second < sessions.last_connect_second then null
            when
                sessions.last_talk_end.at_second = sessions.session_second
                and sessions.last_leave > sessions.last_talk_end
                then sessions.last_leave
            else sessions.last_talk_end
        end as final_end
    from sessions
)

-- Of sessions that began in one second the earlier one is over first; nothing follows an ABANDON.
select
    ended_sessions.source,
    ended_sessions.call_id,
    row_number() over (
        partition by ended_sessions.source, ended_sessions.call_id
        order by
            ended_sessions.session_second,
            ended_sessions.final_end.at_second nulls last,
            ended_sessions.final_end.finality nulls last,
            ended_sessions.queue
    ) as session_number,
    ended_sessions.queue,
    ended_sessions.number_raw,
    make_timestamp(ended_sessions.began_second * 1000000) as began_at,
    make_timestamp(ended_sessions.connected_second * 1000000) as connected_at,
    case
        when ended_sessions.final_end is not null
            then make_timestamp(
                greatest(ended_sessions.final_end.at_second, ended_sessions.began_second) * 1000000
            )
    end as ended_at,
    ended_sessions.final_end.event as last_event,
    coalesce(
        ended_sessions.connected_second is not null
        and (
            ended_sessions.last_talk_end is null
            or ended_sessions.final_end is not distinct from ended_sessions.last_talk_end
            or ended_sessions.final_end is null
        ),
        false
    ) as is_served,
    ended_sessions.is_proof
from ended_sessions
