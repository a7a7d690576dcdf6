-- Take back the accounts of the dropped calls that are to be walked again, one dial at a time.
-- Grain:  one row per dropped call of a number in a lane in which a limit holds dials
-- Reads:  core.simulated_lanes, core.simulated_reaches, kept.dropped_calls
-- Params: none
update kept.dropped_calls
set
    account = 'settling',
    reason = null,
    episode_id = null,
    is_withdrawn = false,
    opened_count = 0
from core.simulated_lanes as lanes
inner join core.simulated_reaches as reaches
    on lanes.lane = reaches.lane
where kept.dropped_calls.number = lanes.number
