-- When a client and an operator were bridged, as CEL shows it.
-- Grain:  one row per call (source, call_id), client channel, other channel and instant
-- Reads:  staging.asterisk_cel_events, staging.asterisk_cel_sides
-- Params: none
--
-- Who enters a bridge names those who are in it already (`peer`), so a pair shows at the later of
-- the two. The other side is an operator unless it is a trunk. Half of a Local channel is none by
-- itself: behind it may be a voicemail. Its other half has to have entered a bridge as well, and
-- the client and the operator are connected from then on. over_at is null while it lasts.
with entries as (
    select
        events.source,
        events.call_id,
        events.event_at,
        events.channel,
        unnest(events.peers) as peer
    from staging.asterisk_cel_events as events
    where events.event in ('BRIDGE_ENTER', 'BRIDGE_START')
),

pairs as (
    select
        entries.source,
        entries.call_id,
        entries.event_at,
        entries.channel as client_channel,
        entries.peer as other_channel
    from entries
    inner join staging.asterisk_cel_sides as sides
        on entries.source = sides.source
        and entries.call_id = sides.call_id
        and entries.channel = sides.channel
    where entries.peer != ''
    union
    select
        entries.source,
        entries.call_id,
        entries.event_at,
        entries.peer as client_channel,
        entries.channel as other_channel
    from entries
    inner join staging.asterisk_cel_sides as sides
        on entries.source = sides.source
        and entries.call_id = sides.call_id
        and entries.peer = sides.channel
),

-- The half that lies on the other end of a Local channel.
halved as (
    select
        pairs.*,
        case
            when pairs.other_channel like 'Local/%;1'
                then regexp_replace(pairs.other_channel, ';1$', ';2')
            when pairs.other_channel like 'Local/%;2'
                then regexp_replace(pairs.other_channel, ';2$', ';1')
        end as other_half
    from pairs
),

trunk_channels as (
    -- Distinct: a channel has many events.
    select distinct events.source, events.call_id, events.channel
    from staging.asterisk_cel_events as events
    where events.is_trunk
),

first_entries as (
    select
        entries.source,
        entries.call_id,
        entries.channel,
        min(entries.event_at) as event_at
    from entries
    group by entries.source, entries.call_id, entries.channel
),

connected as (
    select
        halved.source,
        halved.call_id,
        halved.client_channel,
        halved.other_channel,
        halved.other_half,
        greatest(halved.event_at, first_entries.event_at) as talk_at
    from halved
    left join first_entries
        on halved.source = first_entries.source
        and halved.call_id = first_entries.call_id
        and halved.other_half = first_entries.channel
    anti join trunk_channels
        on halved.source = trunk_channels.source
        and halved.call_id = trunk_channels.call_id
        and halved.other_channel = trunk_channels.channel
    where halved.other_half is null or first_entries.event_at is not null
),

exits as (
    select
        events.source,
        events.call_id,
        events.channel,
        events.event_at,
        events.event = 'LINKEDID_END' as is_end_of_call
    from staging.asterisk_cel_events as events
    where
        events.event in ('BRIDGE_EXIT', 'BRIDGE_END', 'HANGUP', 'CHAN_END', 'LINKEDID_END')
)

select
    connected.source,
    connected.call_id,
    connected.client_channel,
    connected.other_channel,
    connected.talk_at,
    min(exits.event_at) as over_at
from connected
left join exits
    on connected.source = exits.source
    and connected.call_id = exits.call_id
    and exits.event_at >= connected.talk_at
    and (
        exits.is_end_of_call
        or exits.channel in (
            connected.client_channel, connected.other_channel, connected.other_half
        )
    )
group by
    connected.source,
    connected.call_id,
    connected.client_channel,
    connected.other_channel,
    connected.talk_at
