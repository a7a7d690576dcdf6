-- Calls that have a record applied in this run, or that a restart of their phone system may end.
-- Grain:  one row per call (source, call_id)
-- Reads:  raw.queue_log, raw.cdr, raw.cel, raw.table_calls, kept.calls, staging.restarts
-- Params: $run_id bigint, $since timestamp
--
-- A CDR without linkedid does not say whose call an agent's leg (`Local/…;2`) is: there the leg
-- touches the call that dialled its other half, for it tells when the agent answered.
select
    lines.source,
    lines.call_id
from raw.queue_log as lines
where
    lines.applied_run = $run_id::bigint
    and lines.known_at >= $since::timestamp
    and lines.call_id not in ('', 'NONE', 'MANAGER', 'REALTIME', 'CLI')
union
select
    legs.source,
    legs.call_id
from raw.cdr as legs
where
    legs.applied_run = $run_id::bigint
    and legs.known_at >= $since::timestamp
union
select
    events.source,
    events.call_id
from raw.cel as events
where
    events.applied_run = $run_id::bigint
    and events.known_at >= $since::timestamp
union
select
    dialling.source,
    dialling.call_id
from raw.cdr as agents
inner join raw.cdr as dialling
    on agents.source = dialling.source
    and regexp_replace(agents.channel, ';2$', ';1') = dialling.dstchannel
where
    agents.applied_run = $run_id::bigint
    and agents.known_at >= $since::timestamp
    and coalesce(agents.linkedid, '') = ''
    and agents.channel like 'Local/%;2'
    and dialling.applied_run is not null
    and dialling.known_at >= $since::timestamp
union
select
    records.source,
    records.call_id
from raw.table_calls as records
where
    records.applied_run = $run_id::bigint
    and records.known_at >= $since::timestamp
union
select
    calls.source,
    calls.call_id
from kept.calls as calls
inner join staging.restarts as restarts
    on calls.source = restarts.source
    and calls.system in ('', restarts.system)
    and calls.started_at < restarts.restarted_at
where
    restarts.applied_run = $run_id::bigint
    and calls.ended_at is null
    and calls.started_at >= $since::timestamp
