-- Touched calls of Asterisk sources, queue_log and what CEL and CDR tell brought together.
-- Grain:  one row per call (source, call_id)
-- Reads:  staging.asterisk_queue_log, staging.asterisk_channels, settings.program
-- Params: none
--
-- The queue_log decides over what happened in queues; its calls are incoming, unless the others say
-- that the program or an operator dialled the client first. They tell the rest: menus, desks,
-- outgoing calls, the line, and where a call went after its last queue. Rows of the CDR about the
-- queue itself never end a session that the queue_log leaves open: they are ring attempts. Where
-- CEL has seen the client's channel to its end (`is_exact`), the session is over with it, and a
-- talk that CEL saw in it was one, though the lines of the queue_log are lost.
with tolerance as (
    select coalesce(max(program.clock_tolerance_seconds), 0) * interval '1 second' as span
    from settings.program as program
),

-- `is_beyond`: the caller went on to another place after his last queue; where the line of leaving
-- is lost, the place shows it. `is_talk_over`: the line that ends a talk is lost; the row of the
-- talk shows its end. `is_handed_on`: an operator sent him on. `is_gone`: CEL shows the end of his
-- channel, and the queue_log none. `is_still_up`: he left the queue, and CEL shows his channel up.
queued_calls as (
    select
        queued.*,
        channels.is_originated,
        channels.dialled_number,
        channels.menu,
        channels.attempt_key,
        channels.number_raw as channel_number_raw,
        channels.result as channel_result,
        channels.started_at as channel_started_at,
        channels.connected_at as channel_connected_at,
        channels.last_connected_at as channel_last_connected_at,
        channels.talk_ended_at as channel_talk_ended_at,
        channels.ended_at as channel_ended_at,
        channels.last_place as channel_last_place,
        channels.end_reason as channel_end_reason,
        channels.last_leg_started_at,
        coalesce(channels.is_last_leg_talk, false) as is_last_leg_talk,
        channels.known_at as channel_known_at,
        coalesce(
            queued.last_event in ('BLINDTRANSFER', 'ATTENDEDTRANSFER', 'TRANSFER'), false
        ) as is_handed_on,
        coalesce(
            queued.ended_at is null
            and queued.is_last_connected
            and channels.ended_at is not null
            and channels.talk_ended_at >= queued.last_connected_at,
            false
        ) as is_talk_over,
        coalesce(
            queued.ended_at is null and channels.is_exact and channels.ended_at is not null,
            false
        ) as is_gone,
        coalesce(
            channels.is_exact
            and channels.ended_at is null
            and queued.last_event in (
                'EXITWITHTIMEOUT', 'EXITWITHKEY', 'EXITEMPTY', 'LEAVEEMPTY', 'BLINDTRANSFER',
                'ATTENDEDTRANSFER', 'TRANSFER'
            ),
            false
        ) as is_still_up,
        coalesce(
            queued.last_event is distinct from 'QUEUESTART'
            and channels.ended_at is not null
            and (
                channels.last_place != 'queue'
                or queued.ended_at is null and channels.end_reason = 'timeout'
            )
            and case
                when queued.ended_at is null
                    then channels.last_leg_started_at > queued.wait_began_at
                when queued.end_reason in ('timeout', 'exit_key', 'empty')
                    then channels.ended_at >= queued.ended_at
                else channels.last_leg_started_at >= queued.ended_at - tolerance.span
            end,
            false
        ) as is_beyond
    from staging.asterisk_queue_log as queued
    cross join tolerance
    left join staging.asterisk_channels as channels
        on queued.source = channels.source
        and queued.call_id = channels.call_id
)

select
    queued_calls.source,
    queued_calls.call_id,
    queued_calls.system,
    'in' as direction,
    coalesce(queued_calls.number_raw, queued_calls.channel_number_raw) as number_raw,
    queued_calls.dialled_number,
    queued_calls.queue,
    queued_calls.menu,
    least(queued_calls.started_at, queued_calls.channel_started_at) as started_at,
    case
        when
            queued_calls.is_beyond
            and queued_calls.is_handed_on
            and queued_calls.channel_last_place = 'desk'
            then queued_calls.last_leg_started_at
        else queued_calls.wait_began_at
    end as wait_began_at,
    coalesce(
        queued_calls.connected_at,
        case
            when
                queued_calls.is_beyond and queued_calls.is_last_leg_talk
                then queued_calls.channel_last_connected_at
            when queued_calls.is_gone or queued_calls.is_still_up
                then queued_calls.channel_connected_at
        end
    ) as connected_at,
    case
        when
            queued_calls.is_beyond and queued_calls.is_last_leg_talk
            or queued_calls.is_gone
            or queued_calls.is_still_up
            then greatest(queued_calls.last_connected_at, queued_calls.channel_last_connected_at)
        else queued_calls.last_connected_at
    end as last_connected_at,
    case
        when queued_calls.is_still_up then queued_calls.channel_talk_ended_at
        when queued_calls.is_beyond and queued_calls.is_last_leg_talk or queued_calls.is_talk_over
            then queued_calls.channel_talk_ended_at
        when queued_calls.is_handed_on and not queued_calls.is_beyond
            then greatest(queued_calls.talk_ended_at, queued_calls.channel_ended_at)
        when queued_calls.is_gone
            then greatest(queued_calls.talk_ended_at, queued_calls.channel_talk_ended_at)
        else queued_calls.talk_ended_at
    end as talk_ended_at,
    case
        when queued_calls.is_still_up then null
        when
            queued_calls.is_beyond
            or queued_calls.is_talk_over
            or queued_calls.is_handed_on
            or queued_calls.is_gone
            then greatest(queued_calls.ended_at, queued_calls.channel_ended_at)
        else queued_calls.ended_at
    end as ended_at,
    case
        when queued_calls.is_beyond or queued_calls.is_still_up
            then queued_calls.channel_last_place
        else queued_calls.last_place
    end as last_place,
    case
        when queued_calls.is_still_up then null
        when
            queued_calls.is_beyond
            and (
                queued_calls.is_last_leg_talk
                or queued_calls.end_reason is null
                or queued_calls.channel_last_place in ('ivr', 'desk')
                and queued_calls.channel_end_reason = 'caller'
            )
            then queued_calls.channel_end_reason
        when queued_calls.is_talk_over then 'other'
        when queued_calls.is_gone then queued_calls.channel_end_reason
        else queued_calls.end_reason
    end as end_reason,
    null as result,
    queued_calls.attempt_key,
    greatest(queued_calls.known_at, queued_calls.channel_known_at) as known_at
from queued_calls
where not coalesce(queued_calls.is_originated, false)
union all
-- A client we dialled and put into a queue: it is the queue's CONNECT that shows the operator.
select
    queued_calls.source,
    queued_calls.call_id,
    queued_calls.system,
    'out' as direction,
    queued_calls.channel_number_raw as number_raw,
    null as dialled_number,
    queued_calls.queue,
    queued_calls.menu,
    least(queued_calls.started_at, queued_calls.channel_started_at) as started_at,
    null as wait_began_at,
    coalesce(queued_calls.connected_at, queued_calls.channel_connected_at) as connected_at,
    coalesce(queued_calls.last_connected_at, queued_calls.channel_last_connected_at)
        as last_connected_at,
    coalesce(queued_calls.talk_ended_at, queued_calls.channel_talk_ended_at) as talk_ended_at,
    coalesce(queued_calls.channel_ended_at, queued_calls.ended_at) as ended_at,
    null as last_place,
    null as end_reason,
    case
        when queued_calls.connected_at is not null then 'answered'
        else queued_calls.channel_result
    end as result,
    queued_calls.attempt_key,
    greatest(queued_calls.known_at, queued_calls.channel_known_at) as known_at
from queued_calls
where queued_calls.is_originated
union all
select
    channels.source,
    channels.call_id,
    channels.system,
    channels.direction,
    channels.number_raw,
    channels.dialled_number,
    channels.queue,
    channels.menu,
    channels.started_at,
    channels.wait_began_at,
    channels.connected_at,
    channels.last_connected_at,
    channels.talk_ended_at,
    channels.ended_at,
    channels.last_place,
    channels.end_reason,
    channels.result,
    channels.attempt_key,
    channels.known_at
from staging.asterisk_channels as channels
anti join staging.asterisk_queue_log as queued
    on channels.source = queued.source
    and channels.call_id = queued.call_id
