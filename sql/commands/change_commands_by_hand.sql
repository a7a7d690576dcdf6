-- Do to undelivered commands what a person asked for and may do.
-- Grain:  one row per command of core.delivery_verdicts that becomes something
-- Reads:  core.delivery_verdicts, kept.commands, ops.runs
-- Params: $now timestamp, $said varchar
--
-- $said stands as the detail of what does not leave any more, null where it is retried. Tries are
-- counted anew. The next run publishes it.
update kept.commands
set
    state = verdicts.becomes,
    offered_at = case verdicts.verdict
        when 'retried' then null
        else kept.commands.offered_at
    end,
    tries = case verdicts.verdict when 'retried' then 0 else kept.commands.tries end,
    next_try_at = null,
    discarded_at = case verdicts.becomes when 'dead' then $now::timestamp end,
    detail = case
        when verdicts.verdict = 'seen' then kept.commands.detail
        else coalesce($said::varchar, kept.commands.detail)
    end,
    changed_run = (select coalesce(max(runs.run_id), 0) + 1 from ops.runs as runs)
from core.delivery_verdicts as verdicts
where
    kept.commands.command_key = verdicts.command_key
    and not verdicts.is_copy
    and verdicts.becomes is not null
