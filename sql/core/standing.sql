-- Whether a run with nothing new has anything to decide at all.
-- Grain:  one row
-- Reads:  ops.clock, ops.runs, kept.commands
-- Params: none
select
    (select max(clock.next_change_at) from ops.clock as clock) as next_change_at,
    (
        select count(*)
        from kept.commands as commands
        where commands.state in ('issued', 'offered', 'unsure')
    ) as undelivered_count,
    not exists (select 1 from ops.runs as runs where runs.has_changes) as is_first
