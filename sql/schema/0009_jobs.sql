-- Parts of a run with a schedule of their own: reading a source, publishing, sweeping, reports.

-- The schedules in force: a cron expression, read in a time zone.
create table settings.jobs (
    job varchar not null,
    schedule varchar not null,
    time_zone varchar not null
);

-- next_slot_at: the job is due from then on; it stays in the past until the job is done.
-- last_slot_at: the slot that was last done, of several missed ones the latest.
-- is_caught_up: whether a later run than the first at or after the slot did it, or slots were left.
create table ops.jobs (
    job varchar not null,
    schedule varchar not null,
    time_zone varchar not null,
    next_slot_at timestamp not null,
    last_slot_at timestamp,
    last_done_at timestamp,
    is_caught_up boolean not null
);
