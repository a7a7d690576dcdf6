-- The newest record of each touched call of a table.
-- Grain:  one row per call (source, call_id)
-- Reads:  raw.table_calls, staging.touched_calls, settings.sources
-- Params: $since timestamp
--
-- A machine, or a client whom no operator met, is connected to nobody, whatever the record says.
with newest as (
    select
        records.*,
        coalesce(records.result not in ('machine', 'client_alone'), true) as may_be_talk
    from raw.table_calls as records
    semi join staging.touched_calls as touched_calls
        on records.source = touched_calls.source
        and records.call_id = touched_calls.call_id
    where
        records.applied_run is not null
        and records.known_at >= $since::timestamp
    qualify row_number() over (
        partition by records.source, records.call_id
        order by records.known_at desc, records.read_run desc, records.content_hash desc
    ) = 1
)

select
    records.source,
    records.call_id,
    coalesce(nullif(records.system, ''), sources.system, '') as system,
    records.direction,
    records.number_raw,
    records.dialled_number,
    records.queue,
    records.menu,
    records.started_at,
    records.wait_began_at,
    case when records.may_be_talk then records.connected_at end as connected_at,
    case
        when records.may_be_talk
            then coalesce(records.last_connected_at, records.connected_at)
    end as last_connected_at,
    case when records.may_be_talk then records.talk_ended_at end as talk_ended_at,
    records.ended_at,
    records.last_place,
    records.end_reason,
    records.result,
    records.attempt_key,
    records.known_at
from newest as records
left join settings.sources as sources
    on records.source = sources.source
