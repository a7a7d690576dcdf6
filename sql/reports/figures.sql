-- What stands now: open and blocked episodes, undelivered commands, what was kept aside.
-- Grain:  one row
-- Reads:  kept.episodes, kept.dropped_calls, kept.commands, kept.attempts, raw.rejected, ops.runs
-- Params: none
--
-- undelivered: no sink has taken it for certain; since when, is told of the oldest.
-- pending: dials handed out without a result yet. rejected: records kept aside.
select
    (select max(runs.run_at) from ops.runs as runs) as run_at,
    (select count(*) from kept.episodes as episodes where episodes.closed_at is null)
        as open_count,
    (
        select count(*)
        from kept.episodes as episodes
        where episodes.closed_at is null and episodes.blocked_since is not null
    ) as blocked_count,
    (select count(*) from kept.dropped_calls as drops where drops.account = 'settling')
        as settling_count,
    (
        select count(*)
        from kept.commands as commands
        where commands.state in ('issued', 'offered', 'unsure')
    ) as undelivered_count,
    (select count(*) from kept.attempts as attempts where attempts.result is null)
        as pending_count,
    (
        select min(coalesce(commands.promised_at, commands.issued_at))
        from kept.commands as commands
        where commands.state in ('issued', 'offered', 'unsure')
    ) as undelivered_since_at,
    (select count(*) from raw.rejected as rejected) as rejected_count
order by
    open_count
