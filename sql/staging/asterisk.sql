-- Touched calls of Asterisk sources, queue_log and CDR brought together.
-- Grain:  one row per call (source, call_id)
-- Reads:  staging.asterisk_queue_log, staging.asterisk_cdr, settings.program
-- Params: none
--
-- The queue_log decides over what happened in queues; its calls are incoming, unless the CDR says
-- that the program or an operator dialled the client first. The CDR tells the rest: menus, desks,
-- outgoing calls, the line, and where a call went after its last queue. Its rows about the queue
-- itself never end a session that the queue_log leaves open: they are ring attempts.
with tolerance as (
    select coalesce(max(program.clock_tolerance_seconds), 0) * interval '1 second' as span
    from settings.program as program
),

-- `is_beyond`: the caller went on to another place after his last queue; where the line of leaving
-- is lost, the place shows it. `is_talk_over`: the line that ends a talk is lost; the row of the
-- talk shows its end. `is_handed_on`: an operator sent him on.
queued_calls as (
    select
        queued.*,
        cdr.is_originated,
        cdr.dialled_number,
        cdr.menu,
        cdr.attempt_key,
        cdr.number_raw as cdr_number_raw,
        cdr.result as cdr_result,
        cdr.started_at as cdr_started_at,
        cdr.connected_at as cdr_connected_at,
        cdr.last_connected_at as cdr_last_connected_at,
        cdr.talk_ended_at as cdr_talk_ended_at,
        cdr.ended_at as cdr_ended_at,
        cdr.last_place as cdr_last_place,
        cdr.end_reason as cdr_end_reason,
        cdr.last_leg_started_at,
        coalesce(cdr.is_last_leg_talk, false) as is_last_leg_talk,
        cdr.known_at as cdr_known_at,
        coalesce(
            queued.last_event in ('BLINDTRANSFER', 'ATTENDEDTRANSFER', 'TRANSFER'), false
        ) as is_handed_on,
        coalesce(
            queued.ended_at is null
            and queued.is_last_connected
            and cdr.ended_at is not null
            and cdr.talk_ended_at >= queued.last_connected_at,
            false
        ) as is_talk_over,
        coalesce(
            queued.last_event is distinct from 'QUEUESTART'
            and cdr.ended_at is not null
            and (
                cdr.last_place != 'queue'
                or queued.ended_at is null and cdr.end_reason = 'timeout'
            )
            and case
                when queued.ended_at is null
                    then cdr.last_leg_started_at > queued.wait_began_at
                when queued.end_reason in ('timeout', 'exit_key', 'empty')
                    then cdr.ended_at >= queued.ended_at
                else cdr.last_leg_started_at >= queued.ended_at - tolerance.span
            end,
            false
        ) as is_beyond
    from staging.asterisk_queue_log as queued
    cross join tolerance
    left join staging.asterisk_cdr as cdr
        on queued.source = cdr.source
        and queued.call_id = cdr.call_id
)

select
    queued_calls.source,
    queued_calls.call_id,
    queued_calls.system,
    'in' as direction,
    coalesce(queued_calls.number_raw, queued_calls.cdr_number_raw) as number_raw,
    queued_calls.dialled_number,
    queued_calls.queue,
    queued_calls.menu,
    least(queued_calls.started_at, queued_calls.cdr_started_at) as started_at,
    case
        when
            queued_calls.is_beyond
            and queued_calls.is_handed_on
            and queued_calls.cdr_last_place = 'desk'
            then queued_calls.last_leg_started_at
        else queued_calls.wait_began_at
    end as wait_began_at,
    coalesce(
        queued_calls.connected_at,
        case
            when queued_calls.is_beyond and queued_calls.is_last_leg_talk
                then queued_calls.cdr_last_connected_at
        end
    ) as connected_at,
    case
        when queued_calls.is_beyond and queued_calls.is_last_leg_talk
            then greatest(queued_calls.last_connected_at, queued_calls.cdr_last_connected_at)
        else queued_calls.last_connected_at
    end as last_connected_at,
    case
        when queued_calls.is_beyond and queued_calls.is_last_leg_talk or queued_calls.is_talk_over
            then queued_calls.cdr_talk_ended_at
        when queued_calls.is_handed_on and not queued_calls.is_beyond
            then greatest(queued_calls.talk_ended_at, queued_calls.cdr_ended_at)
        else queued_calls.talk_ended_at
    end as talk_ended_at,
    case
        when
            queued_calls.is_beyond or queued_calls.is_talk_over or queued_calls.is_handed_on
            then greatest(queued_calls.ended_at, queued_calls.cdr_ended_at)
        else queued_calls.ended_at
    end as ended_at,
    case
        when queued_calls.is_beyond then queued_calls.cdr_last_place
        else queued_calls.last_place
    end as last_place,
    case
        when
            queued_calls.is_beyond
            and (
                queued_calls.is_last_leg_talk
                or queued_calls.end_reason is null
                or queued_calls.cdr_last_place in ('ivr', 'desk')
                and queued_calls.cdr_end_reason = 'caller'
            )
            then queued_calls.cdr_end_reason
        when queued_calls.is_talk_over then 'other'
        else queued_calls.end_reason
    end as end_reason,
    null as result,
    queued_calls.attempt_key,
    greatest(queued_calls.known_at, queued_calls.cdr_known_at) as known_at
from queued_calls
where not coalesce(queued_calls.is_originated, false)
union all
-- A client we dialled and put into a queue: it is the queue's CONNECT that shows the operator.
select
    queued_calls.source,
    queued_calls.call_id,
    queued_calls.system,
    'out' as direction,
    queued_calls.cdr_number_raw as number_raw,
    null as dialled_number,
    queued_calls.queue,
    queued_calls.menu,
    least(queued_calls.started_at, queued_calls.cdr_started_at) as started_at,
    null as wait_began_at,
    coalesce(queued_calls.connected_at, queued_calls.cdr_connected_at) as connected_at,
    coalesce(queued_calls.last_connected_at, queued_calls.cdr_last_connected_at)
        as last_connected_at,
    coalesce(queued_calls.talk_ended_at, queued_calls.cdr_talk_ended_at) as talk_ended_at,
    coalesce(queued_calls.cdr_ended_at, queued_calls.ended_at) as ended_at,
    null as last_place,
    null as end_reason,
    case
        when queued_calls.connected_at is not null then 'answered'
        else queued_calls.cdr_result
    end as result,
    queued_calls.attempt_key,
    greatest(queued_calls.known_at, queued_calls.cdr_known_at) as known_at
from queued_calls
where queued_calls.is_originated
union all
select
    cdr.source,
    cdr.call_id,
    cdr.system,
    cdr.direction,
    cdr.number_raw,
    cdr.dialled_number,
    cdr.queue,
    cdr.menu,
    cdr.started_at,
    cdr.wait_began_at,
    cdr.connected_at,
    cdr.last_connected_at,
    cdr.talk_ended_at,
    cdr.ended_at,
    cdr.last_place,
    cdr.end_reason,
    cdr.result,
    cdr.attempt_key,
    cdr.known_at
from staging.asterisk_cdr as cdr
anti join staging.asterisk_queue_log as queued
    on cdr.source = queued.source
    and cdr.call_id = queued.call_id
