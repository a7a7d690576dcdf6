-- Forget the attempts of a past run whose dial had turned out not to be taken by then.
-- Grain:  one row per attempt whose dial waits to be offered
-- Reads:  kept.attempts, kept.commands
-- Params: none
--
-- The audit files have no mark of a row that was deleted; the dial of an attempt has left.
delete from kept.attempts
where
    exists (
        select 1
        from kept.commands as commands
        where
            commands.command_key = kept.attempts.command_key
            and commands.state = 'issued'
    )
