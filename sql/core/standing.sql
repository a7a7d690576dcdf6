-- What stands open before a run: with nothing new and nothing open it has nothing to decide.
-- Grain:  one row
-- Reads:  kept.episodes, kept.dropped_calls, kept.commands, kept.attempts
-- Params: none
select
    (select count(*) from kept.episodes as episodes where episodes.closed_at is null)
    as open_count,
    (select count(*) from kept.dropped_calls as drops where drops.account = 'settling')
    as settling_count,
    (
        select count(*)
        from kept.commands as commands
        where commands.state in ('issued', 'offered', 'unsure')
    ) as undelivered_count,
    (select count(*) from kept.attempts as attempts where attempts.result is null)
    as pending_count
