-- Forget which hours hold for which number where another version of the phone number library said
-- so, or for hours that no campaign has any more.
-- Grain:  one row per number and calling hours of a campaign
-- Reads:  kept.client_hours, settings.campaigns
-- Params: $metadata_version varchar
--
-- Without a version only the latter.
delete from kept.client_hours
where
    kept.client_hours.metadata_version != $metadata_version::varchar
    or not exists (
        select 1
        from settings.campaigns as campaigns
        where campaigns.hours_key = kept.client_hours.campaign_hours_key
    )
