-- How calling hours are asked of the table of openings, wherever they are.
-- Whether a span of kept.hour_spans holds an instant. The days are equal, so that spans are found
-- by their day and not looked through.
create macro kept.is_in_span(instant, day, begins_at, ends_at) as
    instant::date = day and begins_at <= instant and ends_at > instant;

-- When what may leave at an instant leaves, by the span that holds it: at once while it is open or
-- no hours are known, else when it opens next, null where that is not known.
create macro kept.next_opening(instant, is_open, changes_at) as
    case when coalesce(is_open, true) then instant else changes_at end;
