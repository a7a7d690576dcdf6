-- Let dropped calls restart the steps of their episode: those up to its next dial, or to its end.
-- Grain:  one row per hidden dropped call whose time has come
-- Reads:  core.plans, core.simulated_dues, core.simulated_closings, kept.dropped_calls
-- Params: none
update kept.dropped_calls
set is_withdrawn = false
from core.plans as plans
left join core.simulated_dues as dues
    on plans.episode_id = dues.episode_id
left join core.simulated_closings as closings
    on plans.episode_id = closings.episode_id
where
    kept.dropped_calls.is_withdrawn
    and kept.dropped_calls.episode_id = plans.episode_id
    and (kept.dropped_calls.dropped_at <= dues.dialled_at or closings.episode_id is not null)
