-- Forget calling hours that no campaign has any more, and those that are computed anew.
-- Grain:  one row per hours_key
-- Reads:  kept.hours, settings.campaigns
-- Params: $hours_key varchar
delete from kept.hours
where
    kept.hours.hours_key = $hours_key::varchar
    or not exists (
        select 1
        from settings.campaigns as campaigns
        where campaigns.hours_key = kept.hours.hours_key
    )
