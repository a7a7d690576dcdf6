-- What stands now: open and blocked episodes, undelivered commands, what was kept aside.
-- Grain:  one row
-- Reads:  kept.episodes, kept.dropped_calls, kept.commands, kept.copies, kept.attempts,
--         raw.rejected, ops.runs
-- Params: none
--
-- undelivered: no sink has taken it for certain; since when, is told of the oldest.
-- dead: given up, and no person has discarded it yet; commands and copies.
-- pending: dials handed out without a result yet. rejected: records kept aside.
with dead_letters as (
    select coalesce(commands.offered_at, commands.issued_at) as offered_at
    from kept.commands as commands
    where commands.state = 'dead' and commands.discarded_at is null
    union all
    select coalesce(copies.offered_at, copies.issued_at) as offered_at
    from kept.copies as copies
    where copies.state = 'dead' and copies.discarded_at is null
)

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
    (
        select count(*)
        from kept.copies as copies
        where copies.state in ('issued', 'offered', 'unsure')
    ) as undelivered_copy_count,
    (select count(*) from dead_letters) as dead_count,
    (select count(*) from kept.attempts as attempts where attempts.result is null)
        as pending_count,
    (select count(*) from raw.rejected as rejected) as rejected_count,
    (
        select min(coalesce(commands.promised_at, commands.issued_at))
        from kept.commands as commands
        where commands.state in ('issued', 'offered', 'unsure')
    ) as undelivered_since_at,
    (
        select min(copies.issued_at)
        from kept.copies as copies
        where copies.state in ('issued', 'offered', 'unsure')
    ) as undelivered_copy_since_at,
    (select min(dead_letters.offered_at) from dead_letters) as dead_since_at
order by
    open_count
