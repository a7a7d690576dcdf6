-- Let CEL events count whose instant has come; early, those that only prevent a dial (A18).
-- Grain:  one row per waiting event
-- Reads:  raw.cel
-- Params: $now timestamp, $run_id bigint, $is_strict boolean
--
-- The beginning of a channel shows a call going on, a bridge a talk; what ends a call waits.
update raw.cel
set applied_run = $run_id::bigint
where
    raw.cel.applied_run is null
    and (
        raw.cel.known_at <= $now::timestamp
        or not $is_strict::boolean
        and raw.cel.eventtype in ('CHAN_START', 'BRIDGE_ENTER', 'BRIDGE_START')
    )
