-- Closed episodes whose closing the records no longer bear out: the talk was none, or the opening
-- call was a dropped call after all.
-- Grain:  one row per closed episode
-- Reads:  kept.episodes, kept.attempts, core.touched_closings, core.reported_talks,
--         core.dropped_calls, core.talks
-- Params: none
--
-- A talk with another number of the contact has closed it for good, as long as it is one: it is
-- looked up as a talk of its own number, or as the report of it, whatever the directory says now.
select episodes.episode_id
from kept.episodes as episodes
where
    episodes.reason = 'reached'
    and not episodes.is_closing_withdrawn
    and exists (
        select 1
        from core.touched_closings as touched_closings
        where touched_closings.episode_id = episodes.episode_id
    )
    and not exists (
        select 1
        from core.talks as talks
        where
            talks.source = episodes.closing_source
            and talks.call_id = episodes.closing_call_id
            and talks.campaign = episodes.campaign
            and talks.talk_at > episodes.added_at
    )
    and not exists (
        select 1
        from core.reported_talks as reported_talks
        inner join kept.attempts as attempts
            on reported_talks.command_key = attempts.command_key
        where
            attempts.number != episodes.number
            and reported_talks.source = episodes.closing_source
            and reported_talks.command_key = episodes.closing_call_id
            and reported_talks.talk_at > episodes.added_at
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
