-- Note from when the limits let those dials of a simulation leave that they hold.
-- Grain:  one row per dial that is held
-- Reads:  core.limit_counts, core.simulated_delays
-- Params: none
insert into core.simulated_delays
select
    limit_counts.episode_id,
    max(limit_counts.free_at) as not_before
from core.limit_counts as limit_counts
where limit_counts.room <= 0
group by limit_counts.episode_id
