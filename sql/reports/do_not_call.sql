-- Each do-not-call list in force: how many entries it has, when it was read, what is wrong.
-- Grain:  one row per source that gives a list
-- Reads:  settings.sources, kept.do_not_call, raw.rejected, ops.feeds
-- Params: none
--
-- hashed: entries that are told by a hash alone. rejected: entries that name no number, see
-- `reconcile rejected`. A list that is refused or cannot be read leaves the last good one in force.
with entries as (
    select
        listed.source,
        count(*) as listed_count,
        count(*) filter (where listed.number is null) as hashed_count
    from kept.do_not_call as listed
    group by listed.source
),

aside as (
    select
        rejected.source,
        count(*) as rejected_count
    from raw.rejected as rejected
    where rejected.stream = 'do_not_call'
    group by rejected.source
)

select
    sources.source,
    coalesce(entries.listed_count, 0) as listed_count,
    coalesce(entries.hashed_count, 0) as hashed_count,
    coalesce(aside.rejected_count, 0) as rejected_count,
    feeds.read_at,
    feeds.fault
from settings.sources as sources
left join entries
    on sources.source = entries.source
left join aside
    on sources.source = aside.source
left join ops.feeds as feeds
    on sources.source = feeds.source
    and feeds.stream = 'do_not_call'
where sources.gives_do_not_call
order by
    sources.source
