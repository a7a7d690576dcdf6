-- For pages: how long callers waited before they hung up, and until we dialled or reached them.
-- Grain:  one row per day, campaign, line, queue, measure and seconds
-- Reads:  core.page_drops, core.page_episodes
-- Params: none
--
-- measure: waited, before hanging up; to_attempt, from the drop to the first dial; to_contact, from
-- the drop to the talk that ended the episode. Every second has its row, so that whoever filters
-- has the exact median of what is left.
with measured as (
    select
        page_drops.day,
        page_drops.campaign,
        page_drops.line,
        page_drops.queue,
        'waited' as measure,
        page_drops.waited_seconds as seconds
    from core.page_drops as page_drops
    union all
    select
        page_episodes.day,
        page_episodes.campaign,
        page_episodes.line,
        page_episodes.queue,
        'to_attempt' as measure,
        page_episodes.first_attempt_seconds as seconds
    from core.page_episodes as page_episodes
    where page_episodes.is_dialled
    union all
    select
        page_episodes.day,
        page_episodes.campaign,
        page_episodes.line,
        page_episodes.queue,
        'to_contact' as measure,
        page_episodes.reached_after_seconds as seconds
    from core.page_episodes as page_episodes
    where page_episodes.result in ('won_back', 'self', 'otherwise')
)

select
    measured.day,
    measured.campaign,
    measured.line,
    measured.queue,
    measured.measure,
    measured.seconds,
    count(*) as time_count
from measured
where measured.seconds is not null
group by
    measured.day,
    measured.campaign,
    measured.line,
    measured.queue,
    measured.measure,
    measured.seconds
order by
    measured.measure,
    measured.day,
    measured.campaign,
    measured.line,
    measured.queue,
    measured.seconds
