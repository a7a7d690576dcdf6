-- Delete the zones of hours that hold for no number any more.
-- Grain:  one row per hours_key
-- Reads:  kept.zone_hours, kept.client_hours
-- Params: none
delete from kept.zone_hours
where
    not exists (
        select 1
        from kept.client_hours as client_hours
        where client_hours.hours_key = kept.zone_hours.hours_key
    )
