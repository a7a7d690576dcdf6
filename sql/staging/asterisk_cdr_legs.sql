-- The rows of the CDR of each touched call, in order, with what each one is.
-- Grain:  one row per call (source, call_id) and leg_number, counted in order of time
-- Reads:  raw.cdr, staging.touched_calls, settings.source_words, settings.source_patterns
-- Params: $since timestamp
--
-- A row is a pair of channels. `is_own`: it is of the channel the call began with, and written when
-- that channel is gone; the other rows (`Local/…;2` and what operators add) may come while the
-- call goes on. Without linkedid an agent's row carries its own id and would look like a call: it
-- is left out, unless it is the leg that leads outside. A voicemail is never a talk: neither where
-- its row still carries the channel of a desk that rang in vain, nor behind a Local channel, whose
-- far half alone tells it.
with own_rows as (
    select distinct
        legs.source,
        legs.call_id,
        legs.accountcode,
        coalesce(legs.src, '') as src,
        coalesce(legs.dst, '') as dst,
        coalesce(legs.dcontext, '') as dcontext,
        legs.clid,
        coalesce(legs.channel, '') as channel,
        coalesce(legs.dstchannel, '') as dstchannel,
        coalesce(legs.lastapp, '') as lastapp,
        legs.lastdata,
        legs.start_at,
        legs.answer_at,
        greatest(legs.start_at, legs.end_at) as end_at,
        coalesce(legs.disposition, '') as disposition,
        legs.amaflags,
        legs.uniqueid,
        legs.userfield,
        legs.peeraccount,
        coalesce(legs.linkedid, '') as linkedid,
        legs.sequence,
        legs.known_at
    from raw.cdr as legs
    semi join staging.touched_calls as touched_calls
        on legs.source = touched_calls.source
        and legs.call_id = touched_calls.call_id
    where
        legs.applied_run is not null
        and legs.known_at >= $since::timestamp
),

-- Trunks are globs, so each channel is tried against each word of its source.
trunk_channels as (
    select distinct
        channels.source,
        channels.channel
    from (
        select
            own_rows.source,
            unnest([own_rows.channel, own_rows.dstchannel]) as channel
        from own_rows
    ) as channels
    inner join settings.source_words as trunks
        on channels.source = trunks.source
        and trunks.kind = 'trunk'
        and channels.channel glob trunks.word
),

-- What came up at the far half of each Local channel of a row: an agent, or a voicemail.
near_halves as (
    select distinct
        channels.source,
        channels.channel,
        channels.start_at,
        channels.end_at
    from (
        select
            own_rows.source,
            unnest([own_rows.channel, own_rows.dstchannel]) as channel,
            own_rows.start_at,
            own_rows.end_at
        from own_rows
    ) as channels
    where channels.channel like 'Local/%;1'
),

far_halves as (
    select
        near_halves.source,
        near_halves.channel,
        near_halves.start_at,
        near_halves.end_at,
        min(far.answer_at) filter (
            where
            coalesce(far.lastapp in ('Dial', 'Queue'), false)
            or coalesce(far.lastapp, '') not ilike 'voicemail%'
            and coalesce(far.dcontext, '') not ilike '%voicemail%'
        ) as picked_up_at
    from near_halves
    inner join raw.cdr as far
        on near_halves.source = far.source
        and regexp_replace(near_halves.channel, ';1$', ';2') = far.channel
    where
        far.applied_run is not null
        and far.known_at >= $since::timestamp
        and far.disposition = 'ANSWERED'
        and far.answer_at >= near_halves.start_at
        and far.answer_at <= near_halves.end_at
    group by
        near_halves.source, near_halves.channel, near_halves.start_at, near_halves.end_at
),

numbered as (
    select
        own_rows.*,
        row_number() over (
            partition by own_rows.source, own_rows.call_id
            order by
                own_rows.start_at,
                try_cast(own_rows.sequence as bigint),
                own_rows.end_at,
                own_rows.uniqueid,
                own_rows.channel,
                own_rows.dstchannel,
                own_rows.lastapp,
                own_rows.dst,
                own_rows.disposition,
                own_rows.userfield
        ) as leg_number,
        own_rows.channel like 'Local/%;2' as is_far_half,
        to_trunk.channel is not null as is_to_trunk,
        from_trunk.channel is not null as is_from_trunk,
        dialled.picked_up_at,
        own_rows.lastapp ilike 'voicemail%'
        or own_rows.dcontext ilike '%voicemail%' and own_rows.lastapp not in ('Dial', 'Queue')
            as is_in_voicemail,
        dialled.channel is not null and dialled.picked_up_at is null
        or dialling.channel is not null and dialling.picked_up_at is null
            as is_to_voicemail
    from own_rows
    left join trunk_channels as to_trunk
        on own_rows.source = to_trunk.source
        and own_rows.dstchannel = to_trunk.channel
    left join trunk_channels as from_trunk
        on own_rows.source = from_trunk.source
        and own_rows.channel = from_trunk.channel
    left join far_halves as dialled
        on own_rows.source = dialled.source
        and own_rows.dstchannel = dialled.channel
        and own_rows.start_at = dialled.start_at
        and own_rows.end_at = dialled.end_at
    left join far_halves as dialling
        on own_rows.source = dialling.source
        and own_rows.channel = dialling.channel
        and own_rows.start_at = dialling.start_at
        and own_rows.end_at = dialling.end_at
    where
        own_rows.linkedid != ''
        or own_rows.channel not like 'Local/%;2'
        or to_trunk.channel is not null
),

searched as (
    select
        numbered.source,
        numbered.call_id,
        numbered.leg_number,
        patterns.name,
        patterns.pattern,
        patterns.group_count,
        case patterns.column_name
            when 'accountcode' then numbered.accountcode
            when 'src' then numbered.src
            when 'dst' then numbered.dst
            when 'dcontext' then numbered.dcontext
            when 'clid' then numbered.clid
            when 'channel' then numbered.channel
            when 'dstchannel' then numbered.dstchannel
            when 'lastapp' then numbered.lastapp
            when 'lastdata' then numbered.lastdata
            when 'disposition' then numbered.disposition
            when 'amaflags' then numbered.amaflags
            when 'uniqueid' then numbered.uniqueid
            when 'userfield' then numbered.userfield
            when 'peeraccount' then numbered.peeraccount
            when 'linkedid' then numbered.linkedid
            when 'sequence' then numbered.sequence
        end as looked_at
    from numbered
    inner join settings.source_patterns as patterns
        on numbered.source = patterns.source
),

groups as (
    select
        searched.source,
        searched.call_id,
        searched.leg_number,
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

found as (
    select
        groups.source,
        groups.call_id,
        groups.leg_number,
        max(groups.first_group) filter (where groups.name = 'dialled_number') as dialled_number,
        max(concat_ws('/', groups.first_group, groups.second_group))
            filter (where groups.name = 'attempt_key') as attempt_key,
        max(groups.first_group)
            filter (where groups.name = 'attempt_key' and groups.group_count = 2) as key_number
    from groups
    where groups.first_group != ''
    group by groups.source, groups.call_id, groups.leg_number
)

select
    numbered.source,
    numbered.call_id,
    numbered.leg_number,
    coalesce(numbered.uniqueid, '') in ('', numbered.call_id)
    and (numbered.linkedid = '' or not numbered.is_far_half) as is_own,
    numbered.is_far_half,
    numbered.is_from_trunk,
    numbered.is_to_trunk,
    coalesce(contexts.is_incoming, false) as is_incoming,
    coalesce(contexts.is_menu, false) as is_menu,
    numbered.disposition = 'ANSWERED'
    and numbered.dstchannel != ''
    and not numbered.is_in_voicemail
    and not numbered.is_to_voicemail as is_talk,
    numbered.is_to_voicemail,
    case
        when numbered.lastapp = 'Queue' then 'queue'
        when numbered.is_in_voicemail then 'voicemail'
        when numbered.lastapp = 'Dial' or numbered.dstchannel != '' then 'desk'
        when contexts.is_menu then 'ivr'
        else 'announcement'
    end as place,
    numbered.src,
    numbered.dst,
    numbered.dcontext,
    numbered.lastapp,
    case
        when numbered.lastapp = 'Queue'
            then nullif(regexp_extract(numbered.lastdata, '^[^,|]*'), '')
    end as queue,
    numbered.disposition,
    numbered.start_at,
    numbered.answer_at,
    coalesce(numbered.picked_up_at, numbered.answer_at, numbered.start_at) as talk_began_at,
    numbered.end_at,
    found.dialled_number,
    found.attempt_key,
    found.key_number,
    numbered.known_at
from numbered
left join found
    on numbered.source = found.source
    and numbered.call_id = found.call_id
    and numbered.leg_number = found.leg_number
left join contexts
    on numbered.source = contexts.source
    and numbered.dcontext = contexts.word
