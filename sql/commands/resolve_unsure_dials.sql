-- An unsure dial is settled by its attempt: its call was seen, its dialler told of it, or it counts
-- as unseen.
-- Grain:  one row per unsure dial whose attempt is no longer in doubt
-- Reads:  kept.commands, kept.attempts
-- Params: $now timestamp, $run_id bigint
--
-- One that was never seen is an attempt like any other without a call: nobody has to look at it.
update kept.commands
set
    state = case
        when attempts.call_id is null and attempts.result = 'unseen' then 'dead'
        else 'delivered'
    end,
    detail = case
        when attempts.call_id is not null then 'its call was seen'
        when attempts.result = 'unseen' then 'never seen; it may or may not have been taken'
        else 'its dialler told of it'
    end,
    discarded_at = case
        when attempts.call_id is null and attempts.result = 'unseen' then $now::timestamp
    end,
    changed_run = $run_id::bigint
from kept.attempts as attempts
where
    kept.commands.command_key = attempts.command_key
    and kept.commands.state = 'unsure'
    and (attempts.call_id is not null or attempts.result is not null)
