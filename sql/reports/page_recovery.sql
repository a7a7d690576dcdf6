-- For pages: how soon after the drop a client was dialled, and how soon he was reached.
-- Grain:  one row per day, campaign, line, queue, milestone and the bound that it lies within
-- Reads:  core.page_episodes
-- Params: $minute_bounds bigint[]
--
-- milestone: dialled, the first dial left; won_back, self and otherwise, reached as the result of
-- the episode tells. What lies behind the last bound is left out.
with milestones as (
    select
        page_episodes.day,
        page_episodes.campaign,
        page_episodes.line,
        page_episodes.queue,
        'dialled' as milestone,
        page_episodes.first_attempt_seconds as after_seconds
    from core.page_episodes as page_episodes
    where page_episodes.is_dialled
    union all
    select
        page_episodes.day,
        page_episodes.campaign,
        page_episodes.line,
        page_episodes.queue,
        page_episodes.result as milestone,
        page_episodes.reached_after_seconds as after_seconds
    from core.page_episodes as page_episodes
    where page_episodes.result in ('won_back', 'self', 'otherwise')
),

bounded as (
    select
        milestones.*,
        list_min(
            list_filter(
                $minute_bounds::bigint[],
                lambda bound: bound * 60 >= milestones.after_seconds
            )
        ) as within_minutes
    from milestones
)

select
    bounded.day,
    bounded.campaign,
    bounded.line,
    bounded.queue,
    bounded.milestone,
    bounded.within_minutes,
    count(*) as episode_count
from bounded
where bounded.within_minutes is not null
group by
    bounded.day,
    bounded.campaign,
    bounded.line,
    bounded.queue,
    bounded.milestone,
    bounded.within_minutes
order by
    bounded.day,
    bounded.campaign,
    bounded.line,
    bounded.queue,
    bounded.milestone,
    bounded.within_minutes
