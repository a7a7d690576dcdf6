-- For pages: dropped calls and what became of each.
-- Grain:  one row per day and hour, campaign, line, queue and account
-- Reads:  core.page_drops
-- Params: none
select
    page_drops.day,
    page_drops.weekday,
    page_drops.hour,
    page_drops.campaign,
    page_drops.line,
    page_drops.queue,
    page_drops.account,
    count(*) as drop_count
from core.page_drops as page_drops
group by
    page_drops.day,
    page_drops.weekday,
    page_drops.hour,
    page_drops.campaign,
    page_drops.line,
    page_drops.queue,
    page_drops.account
order by
    page_drops.day,
    page_drops.hour,
    page_drops.campaign,
    page_drops.line,
    page_drops.queue,
    page_drops.account
