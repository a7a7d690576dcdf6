-- An unsure dial that was not taken after all, as a person says, was no attempt.
-- Grain:  one row per unsure dial that is retried
-- Reads:  core.delivery_verdicts, kept.attempts
-- Params: none
delete from kept.attempts
where
    exists (
        select 1
        from core.delivery_verdicts as verdicts
        where
            verdicts.command_key = kept.attempts.command_key
            and verdicts.kind = 'dial'
            and verdicts.verdict = 'retried'
    )
