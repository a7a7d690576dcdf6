-- The channel events (CEL) of each touched call, in order, with what each one is.
-- Grain:  one row per call (source, call_id) and event_number, counted in order of time
-- Reads:  raw.cel, staging.touched_calls, settings.source_words, settings.source_patterns
-- Params: $since timestamp
--
-- `is_own`: of the channel with which the call began, that of the client who called, or of the one
-- who dials. `is_after`: of the extension `h`, which runs when the channel has hung up. Events of
-- one instant stand in the order in which they can happen.
with events as (
    select
        cel.source,
        cel.call_id,
        cel.eventtype as event,
        cel.event_at,
        coalesce(cel.channame, '') as channel,
        coalesce(cel.appname, '') as app,
        coalesce(cel.appdata, '') as appdata,
        coalesce(cel.exten, '') as exten,
        coalesce(cel.context, '') as context,
        coalesce(cel.cid_num, '') as cid_num,
        string_split(coalesce(cel.peer, ''), ',') as peers,
        coalesce(cel.uniqueid, '') as uniqueid,
        coalesce(cel.userdeftype, '') as userdeftype,
        coalesce(cel.eventextra, '') as eventextra,
        cel.cid_name,
        cel.cid_ani,
        cel.cid_rdnis,
        cel.cid_dnid,
        cel.amaflags,
        cel.accountcode,
        cel.linkedid,
        cel.peer,
        cel.userfield,
        cel.peeraccount,
        cel.known_at
    from raw.cel as cel
    semi join staging.touched_calls as touched_calls
        on cel.source = touched_calls.source
        and cel.call_id = touched_calls.call_id
    where
        cel.applied_run is not null
        and cel.known_at >= $since::timestamp
),

-- Trunks are globs, so each channel is tried against each word of its source.
trunk_channels as (
    select distinct
        channels.source,
        channels.channel
    from (
        select distinct events.source, events.channel
        from events
    ) as channels
    inner join settings.source_words as trunks
        on channels.source = trunks.source
        and trunks.kind = 'trunk'
        and channels.channel glob trunks.word
),

contexts as (
    select
        words.source,
        words.word,
        bool_or(words.kind = 'incoming_context') as is_incoming,
        bool_or(words.kind = 'menu') as is_menu
    from settings.source_words as words
    where words.kind in ('incoming_context', 'menu')
    group by words.source, words.word
),

numbered as (
    select
        events.*,
        row_number() over (
            partition by events.source, events.call_id
            order by
                events.event_at,
                case events.event
                    when 'CHAN_START' then 1
                    when 'BRIDGE_EXIT' then 3
                    when 'BRIDGE_END' then 3
                    when 'APP_END' then 4
                    when 'HANGUP' then 5
                    when 'CHAN_END' then 6
                    when 'LINKEDID_END' then 7
                    else 2
                end,
                events.event,
                events.uniqueid,
                events.channel,
                events.app,
                events.appdata,
                events.context,
                events.exten,
                events.eventextra,
                events.peer
        ) as event_number
    from events
),

searched as (
    select
        numbered.source,
        numbered.call_id,
        numbered.event_number,
        patterns.name,
        patterns.pattern,
        patterns.group_count,
        case patterns.column_name
            when 'eventtype' then numbered.event
            when 'cid_name' then numbered.cid_name
            when 'cid_num' then numbered.cid_num
            when 'cid_ani' then numbered.cid_ani
            when 'cid_rdnis' then numbered.cid_rdnis
            when 'cid_dnid' then numbered.cid_dnid
            when 'exten' then numbered.exten
            when 'context' then numbered.context
            when 'channame' then numbered.channel
            when 'appname' then numbered.app
            when 'appdata' then numbered.appdata
            when 'amaflags' then numbered.amaflags
            when 'accountcode' then numbered.accountcode
            when 'uniqueid' then numbered.uniqueid
            when 'linkedid' then numbered.linkedid
            when 'peer' then numbered.peer
            when 'userfield' then numbered.userfield
            when 'userdeftype' then numbered.userdeftype
            when 'eventextra' then numbered.eventextra
            when 'peeraccount' then numbered.peeraccount
        end as looked_at
    from numbered
    inner join settings.source_patterns as patterns
        on numbered.source = patterns.source
    where
        patterns.name = 'cel_attempt_key'
        or patterns.name = 'cel_dialled_number' and numbered.uniqueid = numbered.call_id
),

groups as (
    select
        searched.source,
        searched.call_id,
        searched.event_number,
        searched.name,
        searched.group_count,
        regexp_extract(searched.looked_at, searched.pattern, 1) as first_group,
        case
            when searched.group_count = 2
                then regexp_extract(searched.looked_at, searched.pattern, 2)
        end as second_group
    from searched
    where searched.looked_at != ''
),

found as (
    select
        groups.source,
        groups.call_id,
        groups.event_number,
        max(groups.first_group) filter (where groups.name = 'cel_dialled_number')
            as dialled_number,
        max(concat_ws('/', groups.first_group, groups.second_group))
            filter (where groups.name = 'cel_attempt_key') as attempt_key,
        max(groups.first_group)
            filter (where groups.name = 'cel_attempt_key' and groups.group_count = 2) as key_number
    from groups
    where groups.first_group != ''
    group by groups.source, groups.call_id, groups.event_number
)

select
    numbered.source,
    numbered.call_id,
    numbered.event_number,
    numbered.event,
    numbered.event_at,
    numbered.channel,
    numbered.uniqueid = numbered.call_id as is_own,
    trunk_channels.channel is not null as is_trunk,
    coalesce(contexts.is_incoming, false) as is_incoming,
    coalesce(contexts.is_menu, false) as is_menu,
    numbered.exten = 'h' and numbered.event not in ('HANGUP', 'CHAN_END') as is_after,
    numbered.app,
    case
        when numbered.app = 'Queue'
            then nullif(regexp_extract(numbered.appdata, '^[^,|]*'), '')
    end as queue,
    case
        when numbered.app = 'Queue' then 'queue'
        when numbered.app = 'Dial' then 'desk'
        when numbered.app ilike 'voicemail%' then 'voicemail'
    end as app_place,
    case
        when numbered.context ilike '%voicemail%' then 'voicemail'
        when contexts.is_menu then 'ivr'
        else 'announcement'
    end as context_place,
    numbered.exten,
    numbered.context,
    numbered.cid_num,
    numbered.peers,
    numbered.userdeftype,
    nullif(regexp_extract(numbered.eventextra, '"digit" *: *"([^"]*)"', 1), '') as digit,
    nullif(regexp_extract(numbered.eventextra, '"extra" *: *"([^"]*)"', 1), '') as extra,
    nullif(regexp_extract(numbered.eventextra, '"hangupsource" *: *"([^"]*)"', 1), '')
        as hangup_source,
    try_cast(
        regexp_extract(numbered.eventextra, '"hangupcause" *: *"?([0-9]{1,4})"? *[,}]', 1)
        as bigint
    ) as hangup_cause,
    nullif(regexp_extract(numbered.eventextra, '"dialstatus" *: *"([^"]*)"', 1), '')
        as dial_status,
    found.dialled_number,
    found.attempt_key,
    found.key_number,
    numbered.known_at
from numbered
left join found
    on numbered.source = found.source
    and numbered.call_id = found.call_id
    and numbered.event_number = found.event_number
left join trunk_channels
    on numbered.source = trunk_channels.source
    and numbered.channel = trunk_channels.channel
left join contexts
    on numbered.source = contexts.source
    and numbered.context = contexts.word
