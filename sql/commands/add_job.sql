-- Take up a job with its first slot.
-- Grain:  one row
-- Reads:  none
-- Params: $job varchar, $schedule varchar, $time_zone varchar, $next_slot_at timestamp
insert into ops.jobs (job, schedule, time_zone, next_slot_at, is_caught_up)
select
    $job::varchar as job,
    $schedule::varchar as schedule,
    $time_zone::varchar as time_zone,
    $next_slot_at::timestamp as next_slot_at,
    false as is_caught_up
