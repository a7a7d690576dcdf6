-- Dropped calls whose settling time is over and that have no account yet.
-- Grain:  one row per settling dropped call (source, call_id)
-- Reads:  core.settling_drops
-- Params: $now timestamp
select
    settling_drops.source,
    settling_drops.call_id
from core.settling_drops as settling_drops
where settling_drops.settles_at <= $now::timestamp
