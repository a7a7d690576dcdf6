-- Numbers of open and coming episodes that are on a do-not-call list, with the lists.
-- Grain:  one row per number
-- Reads:  kept.do_not_call, kept.episodes, kept.dropped_calls, core.dropped_calls,
--         settings.sources
-- Params: none
--
-- Every list counts for every campaign. A list whose source is gone from the settings counts no
-- more. Only these few numbers are hashed, never the list.
with numbers as (
    select episodes.number
    from kept.episodes as episodes
    where episodes.closed_at is null or episodes.is_closing_withdrawn
    union
    select drops.number
    from kept.dropped_calls as drops
    where drops.account = 'settling' and drops.number is not null
    union
    select judged.number
    from core.dropped_calls as judged
    where judged.number is not null
),

hashed as (
    select
        numbers.number,
        sha256(numbers.number) as number_hash
    from numbers
),

found as (
    select
        hashed.number,
        listed.source
    from hashed
    inner join kept.do_not_call as listed
        on hashed.number = listed.number
    union
    select
        hashed.number,
        listed.source
    from hashed
    inner join kept.do_not_call as listed
        on hashed.number_hash = listed.number_hash
)

select
    found.number,
    list_sort(list(found.source)) as lists
from found
inner join settings.sources as sources
    on found.source = sources.source
where sources.gives_do_not_call
group by found.number
