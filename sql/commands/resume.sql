-- End the pause of a campaign or, without a campaign, the one of all of them.
-- Grain:  one row per pause that ends
-- Reads:  kept.pauses
-- Params: $campaign varchar, $now timestamp
update kept.pauses
set resumed_at = $now::timestamp
where
    kept.pauses.resumed_at is null
    and kept.pauses.campaign is not distinct from $campaign::varchar
