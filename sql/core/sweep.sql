-- Whether old rows have still to be swept out today, and up to which instants.
-- Grain:  one row
-- Reads:  ops.clock, settings.program
-- Params: $now timestamp
select
    coalesce(
        $now::timestamp::date > max(clock.swept_on), true
    ) as is_due,
    max($now::timestamp - program.hot_days * interval '1 day') as sweep_before,
    max($now::timestamp - program.raw_days * interval '1 day') as raw_before
from ops.clock as clock
cross join settings.program as program
