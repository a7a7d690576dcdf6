-- What follows for a remove, or a copy, from the answer of its sink: when it is offered again, or
-- that it is given up.
-- Grain:  one row per answer of ops.outcomes
-- Reads:  ops.outcomes, kept.commands, kept.copies, settings.sinks
-- Params: $now timestamp, $sink varchar
--
-- $sink is the sink whose copies were offered, null where commands were. Counted from the beginning
-- of the minute, for that is cron's beat. A dial is decided again in each run and never waits.
with answered as (
    select
        outcomes.command_key,
        outcomes.outcome,
        outcomes.detail,
        coalesce($sink::varchar, commands.sink) as sink,
        coalesce(copies.tries, commands.tries) as tries,
        coalesce(copies.next_try_at, commands.next_try_at) as next_try_at,
        ($sink::varchar is not null or commands.kind = 'remove')
        and outcomes.outcome in ('refused_now', 'unsure') as is_tried_again
    from ops.outcomes as outcomes
    inner join kept.commands as commands
        on outcomes.command_key = commands.command_key
    left join kept.copies as copies
        on
            commands.command_key = copies.command_key
            and copies.sink = $sink::varchar
)

select
    answered.command_key,
    answered.outcome,
    coalesce(
        answered.is_tried_again
        and sinks.tries_max > 0
        and answered.tries >= sinks.tries_max,
        false
    ) as is_given_up,
    case
        when answered.is_tried_again then
            date_trunc('minute', $now::timestamp)
            + sinks.backoff_minutes[least(answered.tries, len(sinks.backoff_minutes))]
            * interval '1 minute'
        when answered.outcome = 'not_taken' then answered.next_try_at
    end as next_try_at,
    answered.detail
from answered
left join settings.sinks as sinks
    on answered.sink = sinks.sink
