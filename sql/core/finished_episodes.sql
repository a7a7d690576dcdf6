-- The episodes of a simulation that end now, as they are when they are over.
-- Grain:  one row per closing episode
-- Reads:  core.closings, kept.episodes
-- Params: none
--
-- Closing them where they stand costs the square of their number: an update of many rows in the
-- order of another table looks at each block of rows again and again.
select
    episodes.*
    replace (
        closings.closed_at as closed_at,
        closings.cut_at as cut_at,
        closings.reason as reason,
        closings.closing_source as closing_source,
        closings.closing_call_id as closing_call_id
    )
from kept.episodes as episodes
inner join core.closings as closings
    on episodes.episode_id = closings.episode_id
