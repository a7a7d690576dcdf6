-- Calling hours: when a campaign may dial.
-- The hash of zone, expressions and holidays, null where it always may; and the zone for readers.
alter table settings.campaigns add column hours_key varchar;

alter table settings.campaigns add column hours_zone varchar;

-- The part of time for which the openings of some hours are known, and for what it is enough: how
-- much open time lies in it before computed_at, and how far ahead of a run an attempt can be due.
create table kept.hours (
    hours_key varchar not null,
    computed_at timestamp not null,
    renew_at timestamp not null,
    known_from timestamp not null,
    known_until timestamp not null,
    give_up_minutes bigint not null,
    reach_minutes bigint not null
);

-- That time in spans that are open or closed as a whole, [begins_at, ends_at), each within one day.
-- changes_at: when the hours close, or open; null where it is not known.
-- open_clock_at: what a clock shows at begins_at that stands still while it is closed.
create table kept.hour_spans (
    hours_key varchar not null,
    day date not null,
    begins_at timestamp not null,
    ends_at timestamp not null,
    is_open boolean not null,
    changes_at timestamp,
    open_clock_at timestamp not null
);

-- What that clock shows at an instant of a span.
create macro kept.open_clock(span_clock_at, is_open, begins_at, instant) as
    span_clock_at + case when is_open then instant - begins_at else interval '0 seconds' end;
