-- Write down in which zones some hours of a campaign are read, once.
-- Grain:  one row
-- Reads:  kept.zone_hours
-- Params: $hours_key varchar, $campaign_hours_key varchar, $zones varchar[]
insert into kept.zone_hours
select
    $hours_key::varchar as hours_key,
    $campaign_hours_key::varchar as campaign_hours_key,
    $zones::varchar[] as zones
where
    not exists (
        select 1
        from kept.zone_hours as known
        where known.hours_key = $hours_key::varchar
    )
