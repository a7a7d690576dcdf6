-- Which calling hours are open now, when that changes, and what their open clock shows.
-- Grain:  one row per hours_key
-- Reads:  kept.hour_spans
-- Params: $now timestamp
--
-- At the second at which it closes it is closed. The open clock stands still while it is closed.
select
    spans.hours_key,
    spans.is_open,
    spans.changes_at,
    kept.open_clock(
        spans.open_clock_at, spans.is_open, spans.begins_at, $now::timestamp
    ) as open_clock_at
from kept.hour_spans as spans
where
    spans.day = $now::timestamp::date
    and spans.begins_at <= $now::timestamp
    and spans.ends_at > $now::timestamp
