-- Sinks that refused something which now waits for its next try: nothing is called in such a run,
-- and yet not all is well.
-- Grain:  one row per sink for which something waits
-- Reads:  kept.commands, kept.copies
-- Params: $now timestamp
--
-- detail is the last error of the newest.
with waiting as (
    select
        commands.sink,
        commands.sequence,
        commands.detail,
        false as is_copy
    from kept.commands as commands
    where
        commands.state = 'issued'
        and commands.next_try_at > $now::timestamp
    union all
    select
        copies.sink,
        copies.sequence,
        copies.detail,
        true as is_copy
    from kept.copies as copies
    where
        copies.state = 'issued'
        and copies.next_try_at > $now::timestamp
)

select
    waiting.sink,
    coalesce(arg_max(waiting.detail, waiting.sequence), '') as detail,
    bool_and(waiting.is_copy) as are_copies
from waiting
group by waiting.sink
order by waiting.sink
