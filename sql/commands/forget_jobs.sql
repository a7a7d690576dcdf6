-- Forget the slots of jobs that have no schedule any more, or another one.
-- Grain:  one row per job
-- Reads:  settings.jobs
-- Params: none
delete from ops.jobs
where
    not exists (
        select 1
        from settings.jobs as jobs
        where
            jobs.job = ops.jobs.job
            and jobs.schedule = ops.jobs.schedule
            and jobs.time_zone = ops.jobs.time_zone
    )
