-- Write down for what part of time the openings of some calling hours are known.
-- Grain:  one row
-- Reads:  none
-- Params: $hours_key varchar, $now timestamp, $renew_at timestamp, $known_from timestamp,
--         $known_until timestamp, $give_up_minutes bigint, $reach_minutes bigint, $zones varchar[]
insert into kept.hours
select
    $hours_key::varchar as hours_key,
    $now::timestamp as computed_at,
    $renew_at::timestamp as renew_at,
    $known_from::timestamp as known_from,
    $known_until::timestamp as known_until,
    $give_up_minutes::bigint as give_up_minutes,
    $reach_minutes::bigint as reach_minutes,
    $zones::varchar[] as zones
