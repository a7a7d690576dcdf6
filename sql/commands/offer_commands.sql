-- Mark the commands that are offered to their sinks next, before the sinks are called (A4, A6).
-- Grain:  one row per command offered now
-- Reads:  kept.commands
-- Params: $now timestamp, $run_id bigint
--
-- A remove is offered until it is taken, in each run or, where its sink backs off, from its next
-- try on; a dial only in a run that decided it again. For one number a command waits until the
-- earlier ones are delivered, withdrawn or dead, so a remove that a dial waits behind is offered
-- at once.
update kept.commands
set
    state = 'offered',
    offered_at = $now::timestamp,
    tries = kept.commands.tries + 1,
    wanted_run = $run_id::bigint,
    changed_run = $run_id::bigint
where
    kept.commands.state = 'issued'
    and (kept.commands.kind = 'remove' or kept.commands.wanted_run = $run_id::bigint)
    and (kept.commands.offered_at is null or kept.commands.offered_at < $now::timestamp)
    and (
        coalesce(kept.commands.next_try_at, $now::timestamp) <= $now::timestamp
        or exists (
            select 1
            from kept.commands as waiting
            where
                waiting.number = kept.commands.number
                and waiting.sequence > kept.commands.sequence
                and waiting.state = 'issued'
                and waiting.kind = 'dial'
                and waiting.wanted_run = $run_id::bigint
        )
    )
    and not exists (
        select 1
        from kept.commands as earlier
        where
            earlier.number = kept.commands.number
            and earlier.sequence < kept.commands.sequence
            and earlier.state in ('issued', 'offered', 'unsure')
    )
