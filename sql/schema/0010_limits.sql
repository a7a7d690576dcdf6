-- Limits on calls and on dials.
-- How many calls there may be within so many hours to a number, or to all numbers of its contact
-- (per is number | contact); those of the program stand with each campaign.
create table settings.limits (
    campaign varchar not null,
    calls bigint not null,
    hours bigint not null,
    per varchar not null
);

-- How many dials a run may hand out, and how many may be on the way; null: any number.
alter table settings.program add column dials_per_run bigint;

alter table settings.program add column dials_waiting_max bigint;

alter table settings.campaigns add column dials_per_run bigint;

alter table settings.campaigns add column dials_waiting_max bigint;

-- The higher one goes first.
alter table settings.campaigns add column priority bigint;
