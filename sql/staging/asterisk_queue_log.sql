-- What the queue_log tells of each touched call, its sessions in all queues folded into one row.
-- Grain:  one row per call (source, call_id) that has a session
-- Reads:  raw.queue_log, staging.touched_calls, staging.asterisk_queue_sessions,
--         staging.restarts, settings.sources
-- Params: $since timestamp
--
-- Sessions of one call follow each other; the last one decides where the call ended. An ABANDON
-- alone proves none. A session without an end goes on, unless its phone system has started since.
with spans as (
    select
        lines.source,
        lines.call_id,
        min(lines.event_at) as first_event_at,
        max(lines.event_at) as last_event_at,
        max(lines.known_at) as known_at
    from raw.queue_log as lines
    semi join staging.touched_calls as touched_calls
        on lines.source = touched_calls.source
        and lines.call_id = touched_calls.call_id
    where
        lines.applied_run is not null
        and lines.known_at >= $since::timestamp
    group by lines.source, lines.call_id
),

sequences as (
    select
        sessions.*,
        lead(sessions.began_at) over sequence as next_began_at,
        max(sessions.session_number) over sequence_whole as session_count
    from staging.asterisk_queue_sessions as sessions
    window
        sequence as (
            partition by sessions.source, sessions.call_id
            order by sessions.session_number
        ),
        sequence_whole as (partition by sessions.source, sessions.call_id)
),

folded as (
    select
        sequences.source,
        sequences.call_id,
        max(sequences.number_raw) as any_number_raw,
        min(sequences.began_at) as first_wait_began_at,
        min(sequences.connected_at) as connected_at,
        max(sequences.connected_at) as last_connected_at,
        max(
            case
                when sequences.is_served then coalesce(sequences.ended_at, sequences.next_began_at)
                else sequences.began_at
            end
        ) filter (where sequences.connected_at is not null) as talk_ended_at
    from sequences
    group by sequences.source, sequences.call_id
    having bool_or(sequences.is_proof)
),

calls as (
    select
        folded.*,
        kept.system_of(folded.call_id, sources.system) as system,
        make_timestamp(
            try_cast(
                regexp_extract(folded.call_id, '^(?:.+-)?([0-9]{9,10})\.[0-9]+$', 1) as bigint
            ) * 1000000
        ) as id_at,
        sources.open_call_limit_minutes * interval '1 minute' as longest,
        spans.first_event_at,
        spans.last_event_at,
        spans.known_at,
        last_session.queue,
        last_session.number_raw,
        last_session.began_at as wait_began_at,
        last_session.is_served as is_last_connected,
        last_session.ended_at,
        last_session.last_event
    from folded
    inner join sequences as last_session
        on folded.source = last_session.source
        and folded.call_id = last_session.call_id
        and last_session.session_number = last_session.session_count
    inner join spans
        on folded.source = spans.source
        and folded.call_id = spans.call_id
    left join settings.sources as sources
        on folded.source = sources.source
),

cut_off as (
    select
        calls.source,
        calls.call_id,
        min(restarts.restarted_at) as restarted_at
    from calls
    inner join staging.restarts as restarts
        on calls.source = restarts.source
        and calls.system in ('', restarts.system)
        and calls.wait_began_at < restarts.restarted_at
        and calls.last_event_at <= restarts.restarted_at
    where calls.ended_at is null
    group by calls.source, calls.call_id
)

-- A talk that ended in the second in which the client began to wait again lies before that: the
-- figures of the lines say so, and the times must.
select
    calls.source,
    calls.call_id,
    calls.system,
    coalesce(calls.number_raw, calls.any_number_raw) as number_raw,
    calls.queue,
    case
        when
            calls.id_at >= calls.first_event_at - calls.longest
            and calls.id_at <= calls.first_event_at
            then calls.id_at
        else calls.first_event_at
    end as started_at,
    calls.first_wait_began_at,
    calls.wait_began_at,
    case
        when calls.is_last_connected or calls.connected_at < calls.wait_began_at
            then calls.connected_at
        when calls.connected_at is not null
            then calls.wait_began_at - interval '1 second'
    end as connected_at,
    case
        when calls.is_last_connected then greatest(calls.last_connected_at, calls.wait_began_at)
        when calls.last_connected_at < calls.wait_began_at then calls.last_connected_at
        when calls.last_connected_at is not null
            then calls.wait_began_at - interval '1 second'
    end as last_connected_at,
    calls.is_last_connected,
    case
        when calls.is_last_connected and calls.ended_at is null then cut_off.restarted_at
        else calls.talk_ended_at
    end as talk_ended_at,
    coalesce(calls.ended_at, cut_off.restarted_at) as ended_at,
    'queue' as last_place,
    case
        when calls.last_event in ('ABANDON', 'COMPLETECALLER') then 'caller'
        when calls.last_event = 'COMPLETEAGENT' then 'operator'
        when calls.last_event = 'EXITWITHTIMEOUT' then 'timeout'
        when calls.last_event = 'EXITWITHKEY' then 'exit_key'
        when calls.last_event in ('EXITEMPTY', 'LEAVEEMPTY') then 'empty'
        when calls.last_event is not null then 'other'
        when cut_off.restarted_at is not null then 'restart'
    end as end_reason,
    coalesce(
        calls.last_event,
        case when cut_off.restarted_at is not null then 'QUEUESTART' end
    ) as last_event,
    greatest(calls.known_at, cut_off.restarted_at) as known_at
from calls
left join cut_off
    on calls.source = cut_off.source
    and calls.call_id = cut_off.call_id
