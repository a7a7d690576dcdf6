-- Write down that a person closes the open episodes of a number.
-- Grain:  one row per open episode of the number (and campaign, if one is named)
-- Reads:  kept.episodes, kept.closings_by_hand
-- Params: $campaign varchar, $number varchar, $now timestamp, $why varchar
insert into kept.closings_by_hand
select
    episodes.episode_id,
    $now::timestamp as closed_at,
    $why::varchar as why
from kept.episodes as episodes
where
    episodes.closed_at is null
    and episodes.number = $number::varchar
    and ($campaign::varchar is null or episodes.campaign = $campaign::varchar)
    and not exists (
        select 1
        from kept.closings_by_hand as by_hand
        where by_hand.episode_id = episodes.episode_id
    )
