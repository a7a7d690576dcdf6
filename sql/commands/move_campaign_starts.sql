-- Follow a changed `starts_at` of the settings.
-- Grain:  one row per campaign whose setting differs from the kept start
-- Reads:  settings.campaigns, kept.campaign_starts
-- Params: none
update kept.campaign_starts
set starts_at = campaigns.starts_at
from settings.campaigns as campaigns
where
    kept.campaign_starts.campaign = campaigns.campaign
    and campaigns.starts_at is not null
    and kept.campaign_starts.starts_at != campaigns.starts_at
