-- Which channels of a call are the client's, as far as CEL tells, and in which direction it goes.
-- Grain:  one row per call (source, call_id) of which CEL shows an event, and client channel
-- Reads:  staging.asterisk_cel_events
-- Params: none
--
-- A client who calls is the channel with which the call began; so is one whom the program dials
-- first (Asterisk gives that channel the application AppDial2). A client whom an operator dials is
-- each channel of a trunk that was dialled for him. Without the beginning of the call (a log that
-- was cut off) the direction is null, and so is the channel where none can be told.
with calls as (
    select
        events.source,
        events.call_id,
        bool_or(events.attempt_key is not null) as has_key,
        bool_or(events.is_own and events.is_incoming) as is_from_client,
        bool_or(events.is_own and events.app_place = 'queue') as is_in_queue,
        bool_or(events.is_own and events.app = 'AppDial2') as is_dialled_by_program,
        bool_or(events.is_trunk) as has_trunk,
        bool_or(events.is_own and events.is_trunk) as is_own_trunk,
        bool_or(events.is_own and events.event = 'CHAN_START') as has_beginning
    from staging.asterisk_cel_events as events
    group by events.source, events.call_id
),

directed as (
    select
        calls.*,
        calls.has_key
        or calls.is_dialled_by_program and calls.has_trunk and not calls.is_from_client
            as is_originated,
        case
            when calls.has_key then 'out'
            when calls.is_from_client then 'in'
            when calls.is_dialled_by_program and calls.has_trunk then 'out'
            when calls.is_in_queue then 'in'
            when calls.has_trunk and not calls.is_own_trunk then 'out'
            when calls.has_beginning then 'internal'
        end as direction
    from calls
),

sided as (
    select
        directed.*,
        coalesce(directed.direction = 'out', false)
        and directed.has_trunk
        and not directed.is_own_trunk as is_operator_first
    from directed
),

channels as (
    -- Distinct: a channel has many events.
    select distinct
        events.source,
        events.call_id,
        events.channel
    from staging.asterisk_cel_events as events
    inner join sided
        on events.source = sided.source
        and events.call_id = sided.call_id
    where
        case
            when sided.is_operator_first then events.is_trunk and not events.is_own
            else events.is_own
        end
)

select
    sided.source,
    sided.call_id,
    sided.direction,
    sided.is_originated,
    sided.is_operator_first,
    sided.has_beginning,
    channels.channel
from sided
left join channels
    on sided.source = channels.source
    and sided.call_id = channels.call_id
