-- Each job that has a schedule of its own: its last slot, its next one, and why.
-- Grain:  one row per job
-- Reads:  ops.jobs, ops.feeds
-- Params: $now timestamp
with faults as (
    select
        'source ' || feeds.source as job,
        min(feeds.fault) as fault
    from ops.feeds as feeds
    where feeds.fault is not null
    group by feeds.source
)

select
    jobs.job,
    jobs.schedule,
    jobs.time_zone,
    jobs.last_slot_at,
    jobs.last_done_at,
    jobs.next_slot_at,
    case
        when jobs.next_slot_at <= $now::timestamp and faults.fault is not null
            then 'due, tried in each run: ' || faults.fault
        when jobs.next_slot_at <= $now::timestamp then 'due, not done yet'
        when jobs.last_done_at is null then 'waits for its first slot'
        when jobs.is_caught_up then 'waits for its slot; what was missed was done once'
        else 'waits for its slot'
    end as why
from ops.jobs as jobs
left join faults
    on jobs.job = faults.job
order by jobs.job
