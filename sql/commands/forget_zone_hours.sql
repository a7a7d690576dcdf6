-- Forget the zones of hours that no campaign has any more.
-- Grain:  one row per hours_key
-- Reads:  kept.zone_hours, settings.campaigns
-- Params: none
delete from kept.zone_hours
where
    not exists (
        select 1
        from settings.campaigns as campaigns
        where campaigns.hours_key = kept.zone_hours.campaign_hours_key
    )
