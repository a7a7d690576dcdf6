-- For pages: calls that came to a queue, and how many of them hung up waiting there.
-- Grain:  one row per day, line and queue
-- Reads:  core.page_calls
-- Params: none
--
-- An answered call belongs to no campaign, so these are not told by campaign.
select
    page_calls.day,
    page_calls.line,
    page_calls.queue,
    count(*) as offered_count,
    count(*) filter (where page_calls.is_answered) as answered_count,
    count(*) filter (where page_calls.is_abandoned) as abandoned_count
from core.page_calls as page_calls
group by
    page_calls.day,
    page_calls.line,
    page_calls.queue
order by
    page_calls.day,
    page_calls.line,
    page_calls.queue
