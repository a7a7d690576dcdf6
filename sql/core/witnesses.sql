-- What each log of its phone system says of a call that CEL shows, and that is touched in this run.
-- Grain:  one row per call (source, call_id) and witness
-- Reads:  staging.asterisk_queue_log, staging.asterisk_cdr, staging.asterisk_cel, kept.calls
-- Params: $run_id bigint, $since timestamp
with said as (
    select
        queued.source,
        queued.call_id,
        'queue_log' as witness,
        queued.started_at,
        queued.number_raw,
        queued.queue,
        null as menu,
        null as menu_keys,
        null as client_answered_at,
        queued.wait_began_at,
        queued.connected_at,
        queued.last_connected_at,
        queued.talk_ended_at,
        queued.ended_at,
        queued.last_place,
        queued.end_reason,
        null as hung_up_by,
        null as transfer_count,
        null as result
    from staging.asterisk_queue_log as queued
    semi join staging.asterisk_cel as cel
        on queued.source = cel.source
        and queued.call_id = cel.call_id
    union all
    select
        cdr.source,
        cdr.call_id,
        'cdr' as witness,
        cdr.started_at,
        cdr.number_raw,
        cdr.queue,
        cdr.menu,
        null as menu_keys,
        null as client_answered_at,
        cdr.wait_began_at,
        cdr.connected_at,
        cdr.last_connected_at,
        cdr.talk_ended_at,
        cdr.ended_at,
        cdr.last_place,
        cdr.end_reason,
        null as hung_up_by,
        null as transfer_count,
        cdr.result
    from staging.asterisk_cdr as cdr
    semi join staging.asterisk_cel as cel
        on cdr.source = cel.source
        and cdr.call_id = cel.call_id
    union all
    select
        cel.source,
        cel.call_id,
        'cel' as witness,
        cel.started_at,
        cel.number_raw,
        cel.queue,
        cel.menu,
        cel.menu_keys,
        cel.client_answered_at,
        cel.wait_began_at,
        cel.connected_at,
        cel.last_connected_at,
        cel.talk_ended_at,
        cel.ended_at,
        cel.last_place,
        cel.end_reason,
        cel.hung_up_by,
        cel.transfer_count,
        cel.result
    from staging.asterisk_cel as cel
)

select
    said.source,
    said.call_id,
    said.witness,
    said.started_at,
    calls.number,
    said.number_raw,
    said.queue,
    said.menu,
    said.menu_keys,
    said.client_answered_at,
    said.wait_began_at,
    said.connected_at,
    said.last_connected_at,
    said.talk_ended_at,
    said.ended_at,
    said.last_place,
    said.end_reason,
    said.hung_up_by,
    said.transfer_count,
    said.result,
    $run_id::bigint as changed_run
from said
left join kept.calls as calls
    on said.source = calls.source
    and said.call_id = calls.call_id
    and calls.started_at >= $since::timestamp
