-- Calling hours in the zones of the client's number.
-- Whose clock they are read by: campaign | client.
alter table settings.campaigns add column hours_of varchar;

-- Which hours hold for a number, as the phone number library told its zones: those of the campaign
-- read in these zones, or the campaign's own where no zone is known. Empty where no campaign asks.
create table kept.client_hours (
    number varchar not null,
    campaign_hours_key varchar not null,
    hours_key varchar not null,
    metadata_version varchar not null
);

-- What such hours are. Zones of numbers are few: many numbers share them.
create table kept.zone_hours (
    hours_key varchar not null,
    campaign_hours_key varchar not null,
    zones varchar[] not null
);

-- In which zones some hours are read; null: in that of the campaign, also because in those of the
-- number they are never open together.
alter table kept.hours add column zones varchar[];
