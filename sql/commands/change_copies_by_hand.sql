-- Do to undelivered copies what a person asked for and may do.
-- Grain:  one row per copy of core.delivery_verdicts that becomes something
-- Reads:  core.delivery_verdicts, kept.copies, ops.runs
-- Params: $now timestamp, $said varchar
--
-- $said stands as the detail of what does not leave any more, null where it is retried. Tries are
-- counted anew. The next run publishes it.
update kept.copies
set
    state = verdicts.becomes,
    offered_at = case verdicts.verdict
        when 'retried' then null
        else kept.copies.offered_at
    end,
    tries = case verdicts.verdict when 'retried' then 0 else kept.copies.tries end,
    next_try_at = null,
    discarded_at = case verdicts.becomes when 'dead' then $now::timestamp end,
    detail = case
        when verdicts.verdict = 'seen' then kept.copies.detail
        else coalesce($said::varchar, kept.copies.detail)
    end,
    changed_run = (select coalesce(max(runs.run_id), 0) + 1 from ops.runs as runs)
from core.delivery_verdicts as verdicts
where
    kept.copies.command_key = verdicts.command_key
    and kept.copies.sink = verdicts.sink
    and verdicts.is_copy
    and verdicts.becomes is not null
