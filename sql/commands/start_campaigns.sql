-- Write from when each campaign counts dropped calls: its setting, else its first run, once.
-- Grain:  one row per campaign that has no start yet, or whose setting gives one
-- Reads:  settings.campaigns, kept.campaign_starts
-- Params: $now timestamp
insert into kept.campaign_starts
select
    campaigns.campaign,
    coalesce(campaigns.starts_at, $now::timestamp) as starts_at
from settings.campaigns as campaigns
where
    not exists (
        select 1
        from kept.campaign_starts as starts
        where starts.campaign = campaigns.campaign
    )
