-- For pages: episodes and what they came to, how far each got, and what that took.
-- Grain:  one row per day and hour, campaign, line, queue and result
-- Reads:  core.page_episodes
-- Params: none
select
    page_episodes.day,
    page_episodes.week,
    page_episodes.hour,
    page_episodes.campaign,
    page_episodes.line,
    page_episodes.queue,
    page_episodes.result,
    count(*) as episode_count,
    count(*) filter (where page_episodes.is_due) as due_count,
    count(*) filter (where page_episodes.is_dialled) as dialled_count,
    count(*) filter (where page_episodes.is_answered) as answered_count,
    sum(page_episodes.dial_count)::bigint as dial_count,
    sum(page_episodes.regret_count)::bigint as regret_count
from core.page_episodes as page_episodes
group by
    page_episodes.day,
    page_episodes.week,
    page_episodes.hour,
    page_episodes.campaign,
    page_episodes.line,
    page_episodes.queue,
    page_episodes.result
order by
    page_episodes.day,
    page_episodes.hour,
    page_episodes.campaign,
    page_episodes.line,
    page_episodes.queue,
    page_episodes.result
