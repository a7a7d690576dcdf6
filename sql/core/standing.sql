-- Whether a run with nothing new has anything to decide at all.
-- Grain:  one row
-- Reads:  ops.clock, ops.runs, kept.commands, kept.copies, kept.decisions
-- Params: none
--
-- A hold that can end without a new record and at no instant known beforehand (a source that can be
-- read again) is looked at in every run.
select
    (select max(clock.next_change_at) from ops.clock as clock) as next_change_at,
    (
        select count(*)
        from kept.commands as commands
        where commands.state in ('issued', 'offered', 'unsure')
    ) as undelivered_count,
    (
        select count(*)
        from kept.copies as copies
        where copies.state in ('issued', 'offered', 'unsure')
    ) as undelivered_copy_count,
    (
        select count(*)
        from kept.decisions as decisions
        where
            decisions.last_run_at is null
            and decisions.reason in ('feed_stale', 'clock_back', 'audit_failed', 'pacing')
    ) as held_count,
    not exists (select 1 from ops.runs as runs where runs.has_changes) as is_first
