-- What CEL and CDR tell of each touched call, brought together.
-- Grain:  one row per call (source, call_id) that has a row in CEL or CDR
-- Reads:  staging.asterisk_cel, staging.asterisk_cdr
-- Params: none
--
-- CEL tells in order and to the end when what happened. It goes before the CDR where it has seen
-- the call from its beginning, and its end too if the CDR has. Times and places come from one of
-- the two, never mixed. A talk that the CDR shows is believed where CEL shows no bridge, for a site
-- may not log bridges. The CDR keeps what a dialplan writes only there: line, key, and whom the
-- program dialled. Of a call whose beginning is cut off CEL alone tells nothing but a talk: what
-- looks like a dropped call may have been one.
-- is_exact: told by CEL, so that the end is that of the client's channel, whatever else is lost.
with directed as (
    select
        coalesce(cel.source, cdr.source) as source,
        coalesce(cel.call_id, cdr.call_id) as call_id,
        case
            when cdr.attempt_key is not null then 'out'
            else coalesce(nullif(cel.direction, 'internal'), cdr.direction, cel.direction, 'in')
        end as direction
    from staging.asterisk_cel as cel
    full join staging.asterisk_cdr as cdr
        on cel.source = cdr.source
        and cel.call_id = cdr.call_id
    where cdr.call_id is not null or cel.has_beginning or cel.connected_at is not null
),

judged as (
    select
        directed.*,
        coalesce(
            cel.call_id is not null
            and (
                cdr.call_id is null
                or cel.has_beginning
                and cel.direction = directed.direction
                and (cel.ended_at is not null or cdr.ended_at is null)
                and (cel.connected_at is not null or cdr.connected_at is null)
            ),
            false
        ) as is_exact
    from directed
    left join staging.asterisk_cel as cel
        on directed.source = cel.source
        and directed.call_id = cel.call_id
    left join staging.asterisk_cdr as cdr
        on directed.source = cdr.source
        and directed.call_id = cdr.call_id
)

select
    judged.source,
    judged.call_id,
    coalesce(cdr.system, cel.system) as system,
    judged.direction,
    coalesce(cdr.is_originated, false) or coalesce(cel.is_originated, false) as is_originated,
    case
        when cdr.attempt_key is not null then coalesce(cdr.number_raw, cel.number_raw)
        else coalesce(cel.number_raw, cdr.number_raw)
    end as number_raw,
    coalesce(cdr.dialled_number, cel.dialled_number) as dialled_number,
    case when judged.is_exact then coalesce(cel.queue, cdr.queue) else cdr.queue end as queue,
    case when judged.is_exact then coalesce(cel.menu, cdr.menu) else cdr.menu end as menu,
    least(cel.started_at, cdr.started_at) as started_at,
    case when judged.is_exact then cel.wait_began_at else cdr.wait_began_at end as wait_began_at,
    case when judged.is_exact then cel.connected_at else cdr.connected_at end as connected_at,
    case when judged.is_exact then cel.last_connected_at else cdr.last_connected_at end
        as last_connected_at,
    case when judged.is_exact then cel.talk_ended_at else cdr.talk_ended_at end as talk_ended_at,
    case when judged.is_exact then cel.ended_at else cdr.ended_at end as ended_at,
    case when judged.is_exact then cel.last_leg_started_at else cdr.last_leg_started_at end
        as last_leg_started_at,
    case when judged.is_exact then cel.is_last_leg_talk else cdr.is_last_leg_talk end
        as is_last_leg_talk,
    case when judged.is_exact then cel.last_place else cdr.last_place end as last_place,
    case when judged.is_exact then cel.end_reason else cdr.end_reason end as end_reason,
    case
        when judged.is_exact then coalesce(nullif(cel.result, 'unknown'), cdr.result, cel.result)
        else cdr.result
    end as result,
    coalesce(cdr.attempt_key, cel.attempt_key) as attempt_key,
    judged.is_exact,
    greatest(cel.known_at, cdr.known_at) as known_at
from judged
left join staging.asterisk_cel as cel
    on judged.source = cel.source
    and judged.call_id = cel.call_id
left join staging.asterisk_cdr as cdr
    on judged.source = cdr.source
    and judged.call_id = cdr.call_id
