-- Keep each new campaign; without a start in the settings it starts with this run.
-- Grain:  one row per campaign that was never in the settings before
-- Reads:  settings.campaigns, kept.campaigns
-- Params: $now timestamp
insert into kept.campaigns by name
select
    campaigns.campaign,
    coalesce(campaigns.starts_at, $now::timestamp) as starts_at,
    campaigns.dialler,
    campaigns.confirm_within_minutes,
    campaigns.min_talk_seconds
from settings.campaigns as campaigns
where
    not exists (
        select 1
        from kept.campaigns as known
        where known.campaign = campaigns.campaign
    )
