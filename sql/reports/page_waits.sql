-- For pages: how long callers waited until they were answered, or until they hung up.
-- Grain:  one row per day, campaign, line, queue, end and the bound that the wait lies within
-- Reads:  core.page_calls, core.page_drops
-- Params: $second_bounds bigint[]
--
-- An answered call belongs to no campaign. What lies behind the last bound has the bound 0.
with waits as (
    select
        page_calls.day,
        null as campaign,
        page_calls.line,
        page_calls.queue,
        'answered' as end_kind,
        page_calls.waited_seconds
    from core.page_calls as page_calls
    where page_calls.is_answered
    union all
    select
        page_drops.day,
        page_drops.campaign,
        page_drops.line,
        page_drops.queue,
        'dropped' as end_kind,
        page_drops.waited_seconds
    from core.page_drops as page_drops
),

bounded as (
    select
        waits.*,
        coalesce(
            list_min(
                list_filter($second_bounds::bigint[], lambda bound: bound >= waits.waited_seconds)
            ),
            0
        ) as within_seconds
    from waits
    where waits.waited_seconds is not null
)

select
    bounded.day,
    bounded.campaign,
    bounded.line,
    bounded.queue,
    bounded.end_kind,
    bounded.within_seconds,
    count(*) as call_count
from bounded
group by
    bounded.day,
    bounded.campaign,
    bounded.line,
    bounded.queue,
    bounded.end_kind,
    bounded.within_seconds
order by
    bounded.day,
    bounded.campaign,
    bounded.line,
    bounded.queue,
    bounded.end_kind,
    bounded.within_seconds
