-- Where the client was last, since when he waited, and when his call was over, as CEL shows it.
-- Grain:  one row per call (source, call_id) of which CEL shows an event
-- Reads:  staging.asterisk_cel_events, staging.asterisk_cel_sides, staging.asterisk_cel_talks
-- Params: none
--
-- He waits from the start of Queue or Dial on his channel, or from when he was handed on without
-- being connected (Queue to Queue starts no application): the last time counts. At the end he was
-- in the application that ran until he hung up, else where the dialplan was: one that ended a
-- second before had let him go on. The extension `h` runs behind the end and tells nothing of it.
-- over_at: all channels of the client, and the one with which the call began, are gone.
with channels as (
    select
        events.source,
        events.call_id,
        events.channel,
        bool_or(events.is_own) as is_own,
        min(events.event_at) filter (where events.event in ('HANGUP', 'CHAN_END')) as gone_at
    from staging.asterisk_cel_events as events
    left join staging.asterisk_cel_sides as client
        on events.source = client.source
        and events.call_id = client.call_id
        and events.channel = client.channel
    where events.is_own or client.channel is not null
    group by events.source, events.call_id, events.channel
),

gone as (
    select
        channels.source,
        channels.call_id,
        max(channels.gone_at) as gone_at
    from channels
    group by channels.source, channels.call_id
    having bool_and(channels.gone_at is not null) and bool_or(channels.is_own)
),

spans as (
    select
        events.source,
        events.call_id,
        min(events.event_at) as began_at,
        coalesce(
            any_value(gone.gone_at),
            max(events.event_at) filter (where events.event = 'LINKEDID_END')
        ) as over_at,
        min(events.event_at) filter (where events.is_own and events.is_after) as after_at
    from staging.asterisk_cel_events as events
    left join gone
        on events.source = gone.source
        and events.call_id = gone.call_id
    group by events.source, events.call_id
),

last_steps as (
    select
        events.source,
        events.call_id,
        max(events.event_number) as event_number,
        max(events.event_number) filter (
            where
            events.app_place is not null and events.event not in ('HANGUP', 'CHAN_END')
        ) as app_event_number
    from staging.asterisk_cel_events as events
    where events.is_own and not events.is_after
    group by events.source, events.call_id
),

last_apps as (
    select
        last_steps.source,
        last_steps.call_id,
        last_step.context_place,
        last_app.app_place,
        last_app.queue,
        last_app.event_at,
        last_app.exten,
        coalesce(last_app.event = 'APP_END', false) as is_over,
        coalesce(
            last_app.event = 'APP_END'
            and last_app.event_at + interval '1 second' <= coalesce(spans.after_at, spans.over_at),
            false
        ) as is_left
    from last_steps
    inner join spans
        on last_steps.source = spans.source
        and last_steps.call_id = spans.call_id
    inner join staging.asterisk_cel_events as last_step
        on last_steps.source = last_step.source
        and last_steps.call_id = last_step.call_id
        and last_steps.event_number = last_step.event_number
    left join staging.asterisk_cel_events as last_app
        on last_steps.source = last_app.source
        and last_steps.call_id = last_app.call_id
        and last_steps.app_event_number = last_app.event_number
),

-- Left by a key: the queue let him go on at the extension that he had pressed.
exit_keys as (
    -- Distinct: he may press it twice.
    select distinct
        keys.source,
        keys.call_id
    from staging.asterisk_cel_events as keys
    inner join last_apps
        on keys.source = last_apps.source
        and keys.call_id = last_apps.call_id
        and last_apps.is_over
        and last_apps.app_place = 'queue'
        and keys.event_at <= last_apps.event_at
        and keys.digit = last_apps.exten
    where
        keys.is_own
        and keys.event = 'DTMF'
        and keys.userdeftype != 'Sent'
        and keys.app_place = 'queue'
),

transfers as (
    select
        events.source,
        events.call_id,
        events.event_at,
        not exists (
            select 1
            from staging.asterisk_cel_talks as talks
            where
                talks.source = events.source
                and talks.call_id = events.call_id
                and talks.talk_at <= events.event_at + interval '1 second'
                and coalesce(talks.over_at > events.event_at + interval '1 second', true)
        ) as is_waiting
    from staging.asterisk_cel_events as events
    where events.event in ('BLINDTRANSFER', 'ATTENDEDTRANSFER', 'TRANSFER')
),

transferred as (
    select
        transfers.source,
        transfers.call_id,
        count(*) as transfer_count,
        max(transfers.event_at) filter (where transfers.is_waiting) as wait_began_at
    from transfers
    group by transfers.source, transfers.call_id
),

begun as (
    select
        events.source,
        events.call_id,
        max(events.event_at) as wait_began_at
    from staging.asterisk_cel_events as events
    where
        events.is_own
        and not events.is_after
        and events.event = 'APP_START'
        and events.app_place in ('queue', 'desk')
    group by events.source, events.call_id
),

placed as (
    select
        spans.*,
        case
            when last_apps.is_left then last_apps.context_place
            else coalesce(last_apps.app_place, last_apps.context_place)
        end as place,
        last_apps.queue,
        last_apps.event_at as app_at,
        last_apps.is_left,
        exit_keys.call_id is not null as is_by_key,
        coalesce(transferred.transfer_count, 0) as transfer_count,
        transferred.wait_began_at as handed_on_at,
        begun.wait_began_at as begun_at
    from spans
    left join last_apps
        on spans.source = last_apps.source
        and spans.call_id = last_apps.call_id
    left join exit_keys
        on spans.source = exit_keys.source
        and spans.call_id = exit_keys.call_id
    left join transferred
        on spans.source = transferred.source
        and spans.call_id = transferred.call_id
    left join begun
        on spans.source = begun.source
        and spans.call_id = begun.call_id
)

select
    placed.source,
    placed.call_id,
    placed.began_at,
    placed.over_at,
    placed.place,
    placed.queue,
    greatest(
        placed.begun_at,
        case
            when placed.over_at is null or placed.place in ('queue', 'desk')
                then placed.handed_on_at
        end
    ) as wait_began_at,
    -- Since when he was in that place.
    case
        when placed.is_left then placed.app_at
        else greatest(placed.begun_at, placed.handed_on_at)
    end as place_began_at,
    placed.is_by_key,
    placed.transfer_count
from placed
