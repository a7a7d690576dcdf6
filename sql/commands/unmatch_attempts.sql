-- Take back the calls that dials found by time alone, where outgoing calls to their numbers are new
-- or changed: the earliest call goes to the earliest dial, in whatever order the records arrive.
-- Grain:  one row per attempt that is matched anew
-- Reads:  core.calls, kept.attempts
-- Params: $run_id bigint, $since timestamp
update kept.attempts
set
    call_source = null,
    call_id = null,
    changed_run = $run_id::bigint
where
    kept.attempts.call_id is not null
    and not kept.attempts.is_matched_by_key
    and kept.attempts.handed_out_at >= $since::timestamp
    and exists (
        select 1
        from core.calls as changed
        where
            changed.direction = 'out'
            and kept.attempts.number in (changed.number, changed.previous_number)
    )
