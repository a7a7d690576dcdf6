-- Let reports of the dialler count whose instant has come.
-- Grain:  one row per waiting report
-- Reads:  raw.results
-- Params: $now timestamp, $run_id bigint
update raw.results
set applied_run = $run_id::bigint
where
    raw.results.applied_run is null
    and raw.results.known_at <= $now::timestamp
