-- Note that a job is done: for the last slot up to now, whatever was missed before it.
-- Grain:  one row
-- Reads:  none
-- Params: $job varchar, $now timestamp, $last_slot_at timestamp, $next_slot_at timestamp
--
-- A slot is done late when the beat of cron, a minute, has passed since.
update ops.jobs
set
    is_caught_up = $now::timestamp >= ops.jobs.next_slot_at + interval '1 minute',
    last_slot_at = $last_slot_at::timestamp,
    last_done_at = $now::timestamp,
    next_slot_at = $next_slot_at::timestamp
where
    ops.jobs.job = $job::varchar
    and ops.jobs.next_slot_at <= $now::timestamp
