-- Let CDR rows count whose instant has come; early, those of an answered leg, for they can only
-- prevent a dial (A18).
-- Grain:  one row per waiting row
-- Reads:  raw.cdr
-- Params: $now timestamp, $run_id bigint, $is_strict boolean
update raw.cdr
set applied_run = $run_id::bigint
where
    raw.cdr.applied_run is null
    and (
        raw.cdr.known_at <= $now::timestamp
        or not $is_strict::boolean
        and raw.cdr.disposition = 'ANSWERED'
        and raw.cdr.dstchannel != ''
    )
