-- For pages: clients whom nobody calls, for their number is a duplicate, by how long that lasts.
-- Grain:  one row per day, campaign, line, queue and the bound that the age lies within
-- Reads:  core.page_episodes
-- Params: $hour_bounds bigint[]
--
-- Older than the last bound has the bound 0.
with bounded as (
    select
        page_episodes.*,
        coalesce(
            list_min(
                list_filter(
                    $hour_bounds::bigint[],
                    lambda bound: bound * 3600 >= page_episodes.blocked_seconds
                )
            ),
            0
        ) as within_hours
    from core.page_episodes as page_episodes
    where page_episodes.blocked_seconds is not null
)

select
    bounded.day,
    bounded.campaign,
    bounded.line,
    bounded.queue,
    bounded.within_hours,
    count(*) as episode_count,
    sum(bounded.dropped_count)::bigint as dropped_count
from bounded
group by
    bounded.day,
    bounded.campaign,
    bounded.line,
    bounded.queue,
    bounded.within_hours
order by
    bounded.day,
    bounded.campaign,
    bounded.line,
    bounded.queue,
    bounded.within_hours
