-- Closed episodes whose closing the records no longer bear out: the talk was none, or the opening
-- call was a dropped call after all.
-- Grain:  one row per closed episode
-- Reads:  kept.episodes, core.calls, core.dropped_calls, core.talks
-- Params: none
select episodes.episode_id
from kept.episodes as episodes
inner join core.calls as changed
    on episodes.closing_source = changed.source
    and episodes.closing_call_id = changed.call_id
where
    episodes.reason = 'reached'
    and not episodes.is_closing_withdrawn
    and not exists (
        select 1
        from core.talks as talks
        where
            talks.source = episodes.closing_source
            and talks.call_id = episodes.closing_call_id
            and talks.campaign = episodes.campaign
            and talks.talk_at > episodes.added_at
    )
union all
select episodes.episode_id
from kept.episodes as episodes
inner join core.dropped_calls as judged
    on episodes.opening_source = judged.source
    and episodes.opening_call_id = judged.call_id
where
    episodes.reason = 'not_dropped'
    and not episodes.is_closing_withdrawn
    and judged.is_standing
