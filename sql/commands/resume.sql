-- End a pause; without a campaign, every one.
-- Grain:  one row per pause that ends
-- Reads:  kept.pauses
-- Params: $campaign varchar, $now timestamp
update kept.pauses
set resumed_at = $now::timestamp
where
    kept.pauses.resumed_at is null
    and ($campaign::varchar is null or kept.pauses.campaign = $campaign::varchar)
