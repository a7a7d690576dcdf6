-- Telephone sessions of mluvii, as its API gives them, brought to calls.
-- Grain:  one row per session (call_id)
-- Reads:  temp.input, temp.source_keys
-- Params: none
--
-- `input` has every version of a session that was seen, `record` as received; the newest counts.
-- An operator is one of `operators`; a chatbot is none. A client who was dialled is connected once
-- he has answered and an operator is there: the operator is there first. A session that is not over
-- is no dropped call, whatever else it says. That LeftBeforeQueue is the voice menu is inferred.
-- A word that is not known here is passed on as it is, so that it is counted and shown, and counts
-- as nothing: neither as dropped nor as answered.
with versions as (
    select
        input.session_id,
        input.record,
        input.file,
        input.line
    from temp.input as input
    where coalesce(input.session_id, '') != ''
    qualify row_number() over (
        partition by input.session_id
        order by input.pulled_at desc, input.record desc, input.line desc, input.file desc
    ) = 1
),

fields as (
    select
        versions.session_id,
        versions.file,
        versions.line,
        json_extract_string(versions.record, '$.channel') as channel,
        json_extract_string(versions.record, '$.source') as origin,
        json_extract_string(versions.record, '$.status') as status,
        json_extract_string(versions.record, '$.phoneCallbackNumber') as number,
        json_extract_string(versions.record, '$.departmentId') as department,
        json_extract_string(versions.record, '$.guestLeftSession') as guest_left,
        json_extract_string(versions.record, '$.outboundDialResult') as dial_result,
        coalesce(json_extract_string(versions.record, '$.blacklisted') = 'true', false)
            as is_blacklisted,
        json_extract_string(
            versions.record,
            '$.guest.callParams."' || source_keys.dialled_number_parameter || '"'
        ) as dialled_number,
        json_extract_string(versions.record, '$.created') as created_text,
        cast(
            try_cast(json_extract_string(versions.record, '$.created') as timestamptz) as timestamp
        ) as created_at,
        cast(
            try_cast(json_extract_string(versions.record, '$.guestJoined') as timestamptz)
            as timestamp
        ) as guest_joined_at,
        cast(
            try_cast(json_extract_string(versions.record, '$.started') as timestamptz) as timestamp
        ) as accepted_at,
        cast(
            try_cast(json_extract_string(versions.record, '$.ended') as timestamptz) as timestamp
        ) as ended_at,
        from_json(
            json_extract(versions.record, '$.operators'), '[{"joined":"VARCHAR","left":"VARCHAR"}]'
        ) as operators,
        list_last(
            list_filter(
                json_extract_string(versions.record, '$.activities[*].terminationReason'),
                lambda reason: reason is not null
            )
        ) as termination
    from versions
    cross join temp.source_keys as source_keys
),

-- Instants that cannot be read are null: an operator without one was there from `started` on.
operators as (
    select
        fields.session_id,
        list_transform(
            fields.operators,
            lambda one: coalesce(
                cast(try_cast(one.joined as timestamptz) as timestamp), fields.accepted_at
            )
        ) as joined,
        list_transform(
            fields.operators, lambda one: cast(try_cast(one.left as timestamptz) as timestamp)
        ) as gone
    from fields
),

sessions as (
    select
        fields.*,
        case
            when fields.origin = 'IncomingCall' then 'in'
            when fields.origin in ('OutgoingCall', 'Campaign', 'Callback', 'API') then 'out'
            else coalesce('source ' || fields.origin, 'source')
        end as direction,
        case
            when fields.status in ('CLOSED', 'BLACKLISTED')
                then coalesce(fields.ended_at, list_max(operators.gone), fields.created_at)
            when fields.status = 'ACW' then coalesce(fields.ended_at, list_max(operators.gone))
        end as over_at,
        fields.status in (
            'CREATED', 'IN_QUEUE', 'WAITING', 'ACTIVE', 'ACW', 'BCW', 'CLOSED', 'BLACKLISTED'
        ) as is_status_known,
        coalesce(list_min(operators.joined), fields.accepted_at) as first_joined_at,
        coalesce(list_max(operators.joined), fields.accepted_at) as last_joined_at,
        case
            when list_count(operators.gone) = len(operators.gone) then list_max(operators.gone)
        end as left_alone_at
    from fields
    inner join operators
        on fields.session_id = operators.session_id
    where fields.channel = 'Phone'
),

connected as (
    select
        sessions.*,
        case
            when sessions.direction = 'in' then sessions.first_joined_at
            when sessions.dial_result = 'ANSWERED' and sessions.first_joined_at is not null
                then greatest(sessions.first_joined_at, sessions.guest_joined_at)
        end as connected_at,
        case
            when sessions.direction = 'in' then sessions.last_joined_at
            when sessions.dial_result = 'ANSWERED' and sessions.first_joined_at is not null
                then greatest(sessions.last_joined_at, sessions.guest_joined_at)
        end as last_connected_at,
        -- Every operator had left him when he hung up waiting for another one.
        coalesce(
            sessions.guest_left = 'LeftQueue' and sessions.left_alone_at < sessions.over_at, false
        ) as is_waiting_again
    from sessions
)

select
    connected.session_id as call_id,
    connected.direction,
    connected.number,
    case when connected.direction = 'in' then connected.dialled_number end as dialled_number,
    case
        when connected.direction = 'in' and connected.guest_left is distinct from 'LeftBeforeQueue'
            then connected.department
    end as queue,
    case
        when connected.direction = 'in' and connected.guest_left = 'LeftBeforeQueue'
            then connected.department
    end as menu,
    coalesce(cast(connected.created_at as varchar), connected.created_text) as started_at,
    case
        when connected.direction != 'in' or connected.guest_left = 'LeftBeforeQueue' then null
        when connected.is_waiting_again then connected.left_alone_at
        else connected.created_at
    end as wait_began_at,
    connected.connected_at,
    connected.last_connected_at,
    case
        when connected.connected_at is null then null
        when connected.is_waiting_again then connected.left_alone_at
        else connected.over_at
    end as talk_ended_at,
    connected.over_at as ended_at,
    case
        when connected.direction != 'in' or connected.over_at is null then null
        when connected.is_blacklisted or connected.status = 'BLACKLISTED' then 'announcement'
        when connected.guest_left = 'LeftBeforeQueue' then 'ivr'
        when connected.guest_left = 'LeftQueue' then 'queue'
        when connected.guest_left in ('LeftSession', 'LeftAfterSession') then 'desk'
        when connected.guest_left = 'StillConnected' and connected.connected_at is not null
            then 'desk'
        when connected.guest_left = 'StillConnected' then 'queue'
        else 'guestLeftSession ' || connected.guest_left
    end as last_place,
    case
        when not coalesce(connected.is_status_known, false)
            then coalesce('status ' || connected.status, 'status')
        when connected.direction != 'in' or connected.over_at is null then null
        when connected.is_blacklisted or connected.status = 'BLACKLISTED' then 'other'
        when connected.guest_left != 'StillConnected' then 'caller'
        when connected.connected_at is not null then 'operator'
        when connected.termination = 'FailedRouting' then 'empty'
        else 'other'
    end as end_reason,
    case
        when connected.direction != 'out' then null
        when connected.dial_result = 'ANSWERED' and connected.connected_at is not null
            then 'answered'
        when connected.dial_result = 'ANSWERED' and connected.over_at is not null
            then 'client_alone'
        when connected.dial_result in ('NO_ANSWER', 'UNREACHABLE', 'CANCELLED_BY_USER')
            then 'no_answer'
        when connected.dial_result = 'REJECTED' then 'rejected'
        when connected.dial_result in ('FAILED', 'BLACKLISTED') then 'failed'
        when connected.dial_result = 'INVALID_NUMBER' then 'no_such_number'
        when
            connected.dial_result is null
            or connected.dial_result in ('ANSWERED', 'DIALING', 'RINGING')
            then case when connected.over_at is not null then 'unknown' end
        else 'outboundDialResult ' || connected.dial_result
    end as result,
    connected.file,
    connected.line
from connected
