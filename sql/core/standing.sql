-- Whether a run with nothing new has anything to decide at all.
-- Grain:  one row
-- Reads:  ops.clock, ops.runs, kept.commands, kept.decisions
-- Params: none
--
-- A hold that ends by something other than passing time or new records (a source that can be read
-- again, another dial that is out of the way) is looked at in every run.
select
    (select max(clock.next_change_at) from ops.clock as clock) as next_change_at,
    (
        select count(*)
        from kept.commands as commands
        where commands.state in ('issued', 'offered', 'unsure')
    ) as undelivered_count,
    (
        select count(*)
        from kept.decisions as decisions
        where
            decisions.last_run_at is null
            and decisions.decision = 'wait'
            and decisions.reason not in ('not_due', 'spacing', 'paused')
    ) as held_count,
    not exists (select 1 from ops.runs as runs where runs.has_changes) as is_first
