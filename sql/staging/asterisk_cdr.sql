-- What the CDR tells of each touched call, its rows folded into one.
-- Grain:  one row per call (source, call_id) that has a row in the CDR
-- Reads:  staging.asterisk_cdr_legs, settings.sources, settings.own_numbers,
--         settings.own_number_prefixes
-- Params: none
--
-- ANSWERED alone proves nothing, for menu and queue answer too. In a client's call only an answered
-- row that dialled a desk proves an operator. In an outgoing call to a trunk it proves the client
-- (the operator dialled), in one that began with the client it proves the operator.
-- A call of which only other channels' rows are known goes on.
with prefix_lengths as (
    -- Distinct: most blocks of a company begin alike.
    select distinct length(prefixes.prefix) as prefix_length
    from settings.own_number_prefixes as prefixes
),

callers as (
    -- Distinct: the same caller rings again and again.
    select distinct
        legs.src,
        '+' || regexp_replace(legs.src, '^(\+|00)', '') as number
    from staging.asterisk_cdr_legs as legs
),

own_callers as (
    select callers.src
    from callers
    inner join settings.own_numbers as own_numbers
        on callers.number = '+' || ltrim(own_numbers.number, '+')
    union
    select callers.src
    from callers
    cross join prefix_lengths
    inner join settings.own_number_prefixes as prefixes
        on left(callers.number, prefix_lengths.prefix_length) = prefixes.prefix
),

ordered_legs as (
    select
        legs.*,
        row_number() over (
            partition by legs.source, legs.call_id, legs.is_own
            order by legs.leg_number desc
        ) as number_from_end,
        -- The step after a queue or a desk that ends the call at once is no place of its own.
        coalesce(
            legs.lastapp = 'Hangup'
            and legs.start_at = legs.end_at
            and lag(legs.place) over own_before in ('queue', 'desk')
            and lag(legs.dcontext) over own_before = legs.dcontext,
            false
        ) as is_trailing,
        own_callers.src is not null as is_src_own
    from staging.asterisk_cdr_legs as legs
    left join own_callers
        on legs.src = own_callers.src
    window own_before as (
        partition by legs.source, legs.call_id, legs.is_own
        order by legs.leg_number
    )
),

marked as (
    select
        legs.source,
        legs.call_id,
        bool_or(legs.is_own) as is_over,
        bool_or(legs.attempt_key is not null) as has_key,
        bool_or(legs.is_own and legs.is_incoming or legs.dialled_number is not null)
            as is_from_client,
        bool_or(legs.is_to_trunk) as has_trunk_leg,
        bool_or(legs.is_to_trunk and (legs.is_own or not legs.is_far_half)) as is_operator_first,
        bool_or(
            legs.is_own
            and legs.is_from_trunk
            and (legs.lastapp = 'AppDial2' or legs.dcontext = '' or legs.is_src_own)
        ) as is_client_dialled
    from ordered_legs as legs
    group by legs.source, legs.call_id
),

directed as (
    select
        marked.*,
        marked.has_key or marked.is_client_dialled and not marked.is_from_client as is_originated,
        case
            when marked.has_key then 'out'
            when marked.is_from_client or not marked.is_over then 'in'
            when marked.has_trunk_leg or marked.is_client_dialled then 'out'
            else 'internal'
        end as direction
    from marked
),

told as (
    select
        legs.*,
        directed.direction,
        directed.is_originated,
        directed.is_over,
        directed.is_operator_first,
        legs.is_talk
        and case
            when directed.direction = 'out' and directed.is_operator_first
                then legs.is_to_trunk and (legs.is_own or not legs.is_far_half)
            when directed.is_over then legs.is_own and not legs.is_to_trunk
            else not legs.is_to_trunk
        end as is_operator_talk,
        legs.is_own and legs.place in ('queue', 'desk') as is_waiting
    from ordered_legs as legs
    inner join directed
        on legs.source = directed.source
        and legs.call_id = directed.call_id
),

runs as (
    select
        told.*,
        count(*) filter (where told.is_operator_talk) over (
            partition by told.source, told.call_id
            order by told.leg_number
            rows between unbounded preceding and 1 preceding
        ) as talks_before
    from told
),

last_waits as (
    select
        runs.source,
        runs.call_id,
        max(runs.talks_before) as talks_before
    from runs
    where runs.is_waiting
    group by runs.source, runs.call_id
),

folded as (
    select
        runs.source,
        runs.call_id,
        runs.direction,
        runs.is_originated,
        runs.is_over,
        runs.is_operator_first,
        arg_min(runs.src, runs.leg_number) filter (where runs.is_own) as own_src,
        arg_min(runs.src, runs.leg_number) as any_src,
        arg_min(runs.dst, runs.leg_number) filter (where runs.is_to_trunk) as trunk_dst,
        arg_min(runs.dialled_number, runs.leg_number) as dialled_number,
        arg_min(runs.attempt_key, runs.leg_number) as attempt_key,
        arg_min(runs.key_number, runs.leg_number) as key_number,
        arg_max(runs.queue, runs.leg_number) filter (where runs.is_own) as queue,
        arg_max(runs.dcontext, runs.leg_number) filter (where runs.is_own and runs.is_menu) as menu,
        coalesce(
            min(runs.start_at) filter (where runs.is_own), min(runs.start_at)
        ) as first_start_at,
        min(runs.start_at)
            filter (where runs.is_waiting and runs.talks_before = last_waits.talks_before)
            as wait_began_at,
        min(runs.talk_began_at) filter (where runs.is_operator_talk) as connected_at,
        arg_max(runs.talk_began_at, runs.leg_number) filter (where runs.is_operator_talk)
            as last_connected_at,
        max(runs.end_at) filter (where runs.is_operator_talk) as talk_ended_at,
        max(runs.end_at) filter (where runs.is_own) as ended_at,
        bool_or(runs.place = 'queue' and runs.is_own) as has_queue_leg,
        arg_max(runs.is_operator_talk, runs.leg_number) filter (where runs.is_waiting)
            as is_served_last,
        arg_max(runs.is_operator_talk, runs.leg_number)
            filter (where runs.is_own and not runs.is_trailing) as is_last_leg_talk,
        arg_max(
            case when runs.is_to_voicemail then 'voicemail' else runs.place end, runs.leg_number
        ) filter (where runs.is_own and not runs.is_trailing) as last_place,
        max(runs.start_at) filter (where runs.is_own and not runs.is_trailing)
            as last_leg_started_at,
        bool_or(runs.lastapp = 'Hangup')
            filter (where runs.is_own and runs.number_from_end = 1) as is_ended_by_dialplan,
        arg_max(runs.disposition, runs.leg_number) filter (where runs.is_to_trunk)
            as trunk_disposition,
        arg_max(runs.disposition, runs.leg_number) filter (where runs.is_own)
            as own_disposition,
        bool_or(runs.is_own and (runs.answer_at is not null or runs.disposition = 'ANSWERED'))
            as is_own_answered,
        max(runs.known_at) as known_at
    from runs
    left join last_waits
        on runs.source = last_waits.source
        and runs.call_id = last_waits.call_id
    group by
        runs.source,
        runs.call_id,
        runs.direction,
        runs.is_originated,
        runs.is_over,
        runs.is_operator_first
),

judged as (
    select
        folded.*,
        kept.system_of(folded.call_id, sources.system) as system,
        make_timestamp(
            try_cast(
                regexp_extract(folded.call_id, '^(?:.+-)?([0-9]{9,10})\.[0-9]+$', 1) as bigint
            ) * 1000000
        ) as id_at,
        sources.open_call_limit_minutes * interval '1 minute' as longest,
        case
            when folded.connected_at is not null then 'answered'
            when not folded.is_operator_first and folded.is_own_answered then 'client_alone'
            when folded.is_operator_first then folded.trunk_disposition
            else folded.own_disposition
        end as outcome
    from folded
    left join settings.sources as sources
        on folded.source = sources.source
)

select
    judged.source,
    judged.call_id,
    judged.system,
    judged.direction,
    judged.is_originated,
    case
        when judged.direction = 'out' and judged.key_number is not null then judged.key_number
        when judged.direction = 'out' then judged.trunk_dst
        else coalesce(judged.own_src, judged.any_src)
    end as number_raw,
    case when judged.direction = 'in' then judged.dialled_number end as dialled_number,
    judged.queue,
    judged.menu,
    case
        when
            judged.id_at >= judged.first_start_at - judged.longest
            and judged.id_at <= judged.first_start_at
            then judged.id_at
        else judged.first_start_at
    end as started_at,
    case when judged.direction != 'out' then judged.wait_began_at end as wait_began_at,
    judged.connected_at,
    judged.last_connected_at,
    judged.talk_ended_at,
    judged.ended_at,
    judged.last_leg_started_at,
    judged.is_last_leg_talk,
    case when judged.direction != 'out' then judged.last_place end as last_place,
    case
        when judged.direction = 'out' or not judged.is_over then null
        when judged.is_served_last then 'other'
        when judged.last_place in ('voicemail', 'announcement')
            then case when judged.has_queue_leg then 'timeout' else 'other' end
        when judged.is_ended_by_dialplan then 'timeout'
        else 'caller'
    end as end_reason,
    case
        when judged.direction != 'out' or not judged.is_over then null
        when judged.outcome in ('answered', 'client_alone') then judged.outcome
        when judged.outcome in ('NO ANSWER', 'CANCEL') then 'no_answer'
        when judged.outcome = 'BUSY' then 'busy'
        when judged.outcome in ('FAILED', 'CONGESTION') then 'failed'
        else 'unknown'
    end as result,
    judged.attempt_key,
    judged.known_at
from judged
