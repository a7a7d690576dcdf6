-- Rules that look at the contact behind a number; both number | contact.
-- Whose talks end an episode.
alter table settings.campaigns add column reach varchar;

-- Which numbers a number on two contacts makes duplicates.
alter table settings.campaigns add column duplicate_scope varchar;
