-- Jobs whose schedule is new or has changed; a source among them is read at once.
-- Grain:  one row per job
-- Reads:  settings.jobs, ops.jobs
-- Params: none
select
    jobs.job,
    jobs.schedule,
    jobs.time_zone,
    jobs.job like 'source %' as is_due_at_once
from settings.jobs as jobs
where
    not exists (
        select 1
        from ops.jobs as known
        where
            known.job = jobs.job
            and known.schedule = jobs.schedule
            and known.time_zone = jobs.time_zone
    )
order by jobs.job
