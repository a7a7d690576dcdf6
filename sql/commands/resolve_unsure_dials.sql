-- An unsure dial is settled by its attempt: its call was seen, or it counts as unseen.
-- Grain:  one row per unsure dial whose attempt is no longer in doubt
-- Reads:  kept.commands, kept.attempts
-- Params: $run_id bigint
update kept.commands
set
    state = case when attempts.call_id is not null then 'delivered' else 'dead' end,
    detail = case
        when attempts.call_id is not null then 'its call was seen'
        else 'never seen; it may or may not have been taken'
    end,
    changed_run = $run_id::bigint
from kept.attempts as attempts
where
    kept.commands.command_key = attempts.command_key
    and kept.commands.state = 'unsure'
    and (attempts.call_id is not null or attempts.result is not null)
