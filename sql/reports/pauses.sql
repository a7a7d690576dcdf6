-- Every pause: of which campaign, or of all, from when to when, and why.
-- Grain:  one row per pause that was in force in the time asked for
-- Reads:  kept.pauses
-- Params: $from_at timestamp, $to_at timestamp
--
-- Not resumed: it is in force.
select
    pauses.paused_at,
    pauses.resumed_at,
    coalesce(pauses.campaign, 'all campaigns') as campaign,
    pauses.why
from kept.pauses as pauses
where
    pauses.paused_at < $to_at::timestamp
    and (pauses.resumed_at is null or pauses.resumed_at >= $from_at::timestamp)
order by
    pauses.paused_at,
    pauses.campaign nulls first
