-- Let queue_log lines count whose instant has come; early, those that only prevent a dial (A18).
-- Grain:  one row per waiting line
-- Reads:  raw.queue_log
-- Params: $now timestamp, $run_id bigint, $is_strict boolean
update raw.queue_log
set applied_run = $run_id::bigint
where
    raw.queue_log.applied_run is null
    and (
        raw.queue_log.known_at <= $now::timestamp
        or not $is_strict::boolean
        and raw.queue_log.event in ('ENTERQUEUE', 'CONNECT', 'COMPLETEAGENT', 'COMPLETECALLER')
    )
