-- Jobs whose slot has come and that are not done yet; slots that were missed make one.
-- Grain:  one row per due job
-- Reads:  ops.jobs
-- Params: $now timestamp
select
    jobs.job,
    jobs.schedule,
    jobs.time_zone,
    jobs.next_slot_at
from ops.jobs as jobs
where jobs.next_slot_at <= $now::timestamp
order by jobs.job
