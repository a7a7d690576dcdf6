-- The pauses under which an episode of a number was open.
-- Grain:  one row per pause
-- Reads:  kept.pauses, kept.episodes
-- Params: $number varchar
select
    pauses.campaign,
    pauses.paused_at,
    pauses.resumed_at,
    pauses.why
from kept.pauses as pauses
where
    exists (
        select 1
        from kept.episodes as episodes
        where
            episodes.number = $number::varchar
            and (pauses.campaign is null or episodes.campaign = pauses.campaign)
            and (episodes.closed_at is null or pauses.paused_at < episodes.closed_at)
            and (pauses.resumed_at is null or pauses.resumed_at >= episodes.added_at)
    )
order by
    pauses.paused_at,
    pauses.campaign nulls first
