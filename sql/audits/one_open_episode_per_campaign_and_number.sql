-- Numbers with more than one open episode in a campaign.
-- Grain:  one row per open episode that is one too many or has such a twin
-- Reads:  kept.episodes
-- Params: none
with counted as (
    select
        episodes.episode_id,
        episodes.campaign,
        episodes.number,
        count(*) over (partition by episodes.campaign, episodes.number) as open_count
    from kept.episodes as episodes
    where episodes.closed_at is null
)

select
    counted.episode_id,
    counted.open_count::varchar || ' open episodes of ' || counted.number || ' in '
    || counted.campaign as detail
from counted
where counted.open_count > 1
