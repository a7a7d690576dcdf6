-- What CEL tells of each touched call, its events folded into one row.
-- Grain:  one row per call (source, call_id) of which CEL shows an event
-- Reads:  staging.asterisk_cel_events, staging.asterisk_cel_sides, staging.asterisk_cel_talks,
--         staging.asterisk_cel_places, settings.sources
-- Params: none
--
-- Inside, all is compared to the microsecond; what comes out are whole seconds, as in the other
-- logs and in the same order: a talk that ended in the second in which the client began to wait
-- again lies before that. An operator proves himself by a bridge, never by an ANSWER: menus answer
-- too. The causes of Q.850 that tell more than that nobody answered are named one by one.
with sides as (
    -- Several channels of a client are of one call.
    select distinct
        sides.source,
        sides.call_id,
        sides.direction,
        sides.is_originated,
        sides.is_operator_first,
        sides.has_beginning
    from staging.asterisk_cel_sides as sides
),

events as (
    select
        events.*,
        client.channel is not null as is_client
    from staging.asterisk_cel_events as events
    left join staging.asterisk_cel_sides as client
        on events.source = client.source
        and events.call_id = client.call_id
        and events.channel = client.channel
),

talks as (
    select
        talks.source,
        talks.call_id,
        min(talks.talk_at) as connected_at,
        coalesce(
            min(talks.talk_at) filter (where talks.talk_at >= places.wait_began_at),
            max(talks.talk_at)
        ) as last_connected_at,
        case when bool_and(talks.over_at is not null) then max(talks.over_at) end as talk_ended_at
    from staging.asterisk_cel_talks as talks
    inner join staging.asterisk_cel_places as places
        on talks.source = places.source
        and talks.call_id = places.call_id
    group by talks.source, talks.call_id
),

-- Before the first trunk of a call was dialled stood in the dialplan whom an operator called.
trunk_starts as (
    select
        events.source,
        events.call_id,
        min(events.event_at) as event_at
    from events
    where events.is_trunk and not events.is_own
    group by events.source, events.call_id
),

-- Keys that were pressed in a queue, or while a desk rang, are none of a menu.
told as (
    select
        events.source,
        events.call_id,
        arg_min(events.cid_num, events.event_number)
            filter (where events.is_own and events.cid_num != '') as own_number,
        coalesce(
            arg_max(events.exten, events.event_number) filter (
                where
                events.event_at <= trunk_starts.event_at
                and events.event = 'APP_START'
                and events.app_place = 'desk'
                and regexp_matches(events.exten, '^[+]?[0-9]{3,}$')
            ),
            arg_min(events.cid_num, events.event_number)
                filter (where events.is_client and events.is_trunk and events.cid_num != ''),
            arg_min(events.exten, events.event_number) filter (
                where events.is_own and regexp_matches(events.exten, '^[+]?[0-9]{3,}$')
            )
        ) as dialled_by_operator,
        arg_min(events.dialled_number, events.event_number) as dialled_number,
        arg_min(events.attempt_key, events.event_number) as attempt_key,
        arg_min(events.key_number, events.event_number) as key_number,
        arg_max(events.queue, events.event_number) filter (where events.is_own) as queue,
        arg_max(events.context, events.event_number)
            filter (where events.is_own and events.is_menu and not events.is_after) as menu,
        string_agg(events.digit, '' order by events.event_number) filter (
            where
            events.is_own
            and events.is_menu
            and events.event = 'DTMF'
            and events.userdeftype != 'Sent'
            and events.app_place is null
        ) as menu_digits,
        string_agg(events.extra, '' order by events.event_number) filter (
            where
            events.is_own
            and events.is_menu
            and events.app = 'CELGenUserEvent'
            and regexp_matches(events.extra, '^[0-9*#]+$')
        ) as menu_events,
        min(events.event_at) filter (where events.is_client and events.event = 'ANSWER')
            as client_answered_at,
        arg_max(events.hangup_source, events.event_number)
            filter (where events.is_own) as own_hangup_source,
        arg_max(events.hangup_source, events.event_number) as hangup_source,
        arg_max(events.hangup_cause, events.event_number)
            filter (where events.is_client) as hangup_cause,
        coalesce(
            arg_max(events.dial_status, events.event_number) filter (where events.is_own),
            arg_max(events.dial_status, events.event_number)
        ) as dial_status,
        max(events.known_at) as known_at
    from events
    left join trunk_starts
        on events.source = trunk_starts.source
        and events.call_id = trunk_starts.call_id
    group by events.source, events.call_id
),

joined as (
    select
        sides.*,
        kept.system_of(sides.call_id, sources.system) as system,
        places.* exclude (source, call_id, wait_began_at, queue),
        coalesce(places.queue, told.queue) as queue,
        case when sides.direction is distinct from 'out' then places.wait_began_at end
            as wait_began_at,
        talks.* exclude (source, call_id),
        told.* exclude (source, call_id, queue),
        case
            when talks.connected_at is null then told.own_hangup_source
            else coalesce(told.own_hangup_source, told.hangup_source)
        end as hung_up_channel
    from sides
    inner join staging.asterisk_cel_places as places
        on sides.source = places.source
        and sides.call_id = places.call_id
    inner join told
        on sides.source = told.source
        and sides.call_id = told.call_id
    left join talks
        on sides.source = talks.source
        and sides.call_id = talks.call_id
    left join settings.sources as sources
        on sides.source = sources.source
),

judged as (
    select
        joined.*,
        coalesce(
            joined.last_connected_at >= joined.wait_began_at,
            joined.last_connected_at is not null
        ) as is_served_last,
        case
            when joined.over_at is null then null
            when joined.hung_up_channel like 'dialplan/%' then 'program'
            when client.channel is not null then 'client'
            when joined.hung_up_channel is not null then 'operator'
        end as hung_up_by
    from joined
    left join staging.asterisk_cel_sides as client
        on joined.source = client.source
        and joined.call_id = client.call_id
        and joined.hung_up_channel = client.channel
),

-- One second before he waits again, where that began in the second of the talk.
dated as (
    select
        judged.* exclude (wait_began_at, connected_at, last_connected_at, talk_ended_at, over_at),
        date_trunc('second', judged.wait_began_at) as wait_began_at,
        case
            when judged.is_served_last then date_trunc('second', judged.connected_at)
            when judged.connected_at is not null
                then least(
                    date_trunc('second', judged.connected_at),
                    date_trunc('second', judged.wait_began_at) - interval '1 second'
                )
        end as connected_at,
        case
            when judged.is_served_last then date_trunc('second', judged.last_connected_at)
            when judged.last_connected_at is not null
                then least(
                    date_trunc('second', judged.last_connected_at),
                    date_trunc('second', judged.wait_began_at) - interval '1 second'
                )
        end as last_connected_at,
        date_trunc('second', judged.talk_ended_at) as talk_ended_at,
        date_trunc('second', judged.over_at) as ended_at
    from judged
)

select
    dated.source,
    dated.call_id,
    dated.system,
    dated.direction,
    dated.is_originated,
    dated.has_beginning,
    case
        when dated.direction = 'out' and dated.key_number is not null then dated.key_number
        when dated.is_operator_first then dated.dialled_by_operator
        when dated.direction is distinct from 'out' then dated.own_number
    end as number_raw,
    case when dated.direction = 'in' then dated.dialled_number end as dialled_number,
    dated.queue,
    dated.menu,
    coalesce(dated.menu_digits, dated.menu_events) as menu_keys,
    date_trunc('second', dated.began_at) as started_at,
    case when dated.direction = 'out' then date_trunc('second', dated.client_answered_at) end
        as client_answered_at,
    dated.wait_began_at,
    dated.connected_at,
    dated.last_connected_at,
    dated.talk_ended_at,
    dated.ended_at,
    date_trunc('second', coalesce(dated.place_began_at, dated.began_at)) as last_leg_started_at,
    dated.is_served_last as is_last_leg_talk,
    case when dated.direction is distinct from 'out' then dated.place end as last_place,
    case
        when dated.direction = 'out' or dated.ended_at is null then null
        when dated.is_served_last and dated.hung_up_by = 'client' then 'caller'
        when dated.is_served_last and dated.hung_up_by = 'operator' then 'operator'
        when dated.is_served_last then 'other'
        when dated.place in ('voicemail', 'announcement') or dated.hung_up_by = 'program'
            then case
                when dated.is_by_key then 'exit_key'
                when dated.queue is not null or dated.place not in ('voicemail', 'announcement')
                    then 'timeout'
                else 'other'
            end
        else 'caller'
    end as end_reason,
    case
        when dated.direction != 'out' or dated.ended_at is null then null
        when dated.connected_at is not null then 'answered'
        when dated.client_answered_at is not null then 'client_alone'
        when dated.hangup_cause = 17 or dated.dial_status = 'BUSY' then 'busy'
        when dated.hangup_cause = 21 then 'rejected'
        when dated.hangup_cause in (1, 28) then 'no_such_number'
        when
            dated.hangup_cause in (18, 19)
            or dated.dial_status in ('NOANSWER', 'CANCEL')
            or dated.dial_status is null and dated.hangup_cause in (0, 16)
            then 'no_answer'
        when dated.hangup_cause is not null or dated.dial_status is not null then 'failed'
        else 'unknown'
    end as result,
    dated.hung_up_by,
    dated.transfer_count,
    dated.attempt_key,
    dated.known_at
from dated
