-- Abandonment of incoming calls in four variants: with and without short abandons, and menus.
-- Grain:  one row per split (all, day, hour of the day, line, queue) and its value
-- Reads:  core.split_calls
-- Params: none
--
-- Abandonment rate = abandoned / offered (SearchCRM); which calls are in has to be said. abandoned:
-- hung up waiting in a queue. offered: came to a queue and is over. Without short: short abandons,
-- under `short_abandon_seconds`, count neither above nor below. With menu: whoever hung up in a
-- menu counts above and below; by the field's rule he does not count against a queue. Outgoing
-- calls that no agent took are another thing: see outbound_abandonment.
with counted as (
    select
        calls.split,
        calls.position,
        calls.split_value,
        count(*) filter (where calls.is_offered and calls.outcome != 'going_on') as offered_count,
        count(*) filter (where calls.outcome = 'queue') as abandoned_count,
        count(*) filter (where calls.outcome = 'queue' and calls.is_short) as short_count,
        count(*) filter (where calls.outcome = 'ivr') as menu_count,
        count(*) filter (where calls.outcome = 'ivr' and calls.is_short) as short_menu_count
    from core.split_calls as calls
    group by
        calls.split,
        calls.position,
        calls.split_value
)

select
    counted.split,
    counted.split_value as value,
    counted.offered_count,
    counted.abandoned_count,
    counted.short_count,
    counted.menu_count,
    counted.short_menu_count,
    kept.percent(counted.abandoned_count, counted.offered_count) as abandoned_percent,
    kept.percent(
        counted.abandoned_count - counted.short_count,
        counted.offered_count - counted.short_count
    ) as without_short_percent,
    kept.percent(
        counted.abandoned_count + counted.menu_count,
        counted.offered_count + counted.menu_count
    ) as with_menu_percent,
    kept.percent(
        counted.abandoned_count - counted.short_count
        + counted.menu_count - counted.short_menu_count,
        counted.offered_count - counted.short_count
        + counted.menu_count - counted.short_menu_count
    ) as with_menu_without_short_percent
from counted
order by
    counted.position,
    counted.split_value
