-- Which dials of a simulation are looked at now: of numbers that share limits the earliest one.
-- Grain:  one row per lane with a dial to come
-- Reads:  core.simulated_dials, core.simulated_lanes, settings.campaigns
-- Params: none
--
-- Of one second the turns of a run: higher priority, older promise, number, episode.
select dials.*
from core.simulated_dials as dials
inner join core.simulated_lanes as lanes
    on dials.number = lanes.number
inner join settings.campaigns as campaigns
    on dials.campaign = campaigns.campaign
qualify row_number() over (
    partition by lanes.lane
    order by
        dials.dialled_at,
        coalesce(campaigns.priority, 0) desc,
        dials.promised_at,
        dials.number,
        dials.episode_id
) = 1
