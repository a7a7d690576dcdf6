-- Forget calling hours that no campaign has any more, and those that are computed anew.
-- Grain:  one row per hours_key
-- Reads:  kept.hours, kept.zone_hours, settings.campaigns
-- Params: $hours_key varchar
delete from kept.hours
where
    kept.hours.hours_key = $hours_key::varchar
    or not exists (
        select 1
        from settings.campaigns as campaigns
        where campaigns.hours_key = kept.hours.hours_key
    )
    and not exists (
        select 1
        from kept.zone_hours as zone_hours
        where zone_hours.hours_key = kept.hours.hours_key
    )
