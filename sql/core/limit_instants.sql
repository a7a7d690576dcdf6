-- The due episodes on which limits are asked, and at which instant.
-- Grain:  one row per due episode
-- Reads:  core.plans
-- Params: $now timestamp
--
-- Calls stamped later than known_until do not count; null: all that are known do, for one from the
-- future of a run can only prevent a dial (A18).
select
    plans.episode_id,
    plans.campaign,
    plans.number,
    $now::timestamp as asked_at,
    null::timestamp as known_until
from core.plans as plans
where plans.due_at <= $now::timestamp
