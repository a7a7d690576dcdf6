-- Who stands behind the number of each open episode.
-- Grain:  one row per number with an open episode, or one that closed in this run
-- Reads:  kept.episodes, kept.contacts
-- Params: $run_id bigint
--
-- A contact is known by its source and its id, as in core.duplicates, which looks at all numbers
-- and is too dear for a run. contact_ids has the source beside an id that stands in several.
with numbers as (
    -- Distinct: two campaigns can have the same number.
    select distinct episodes.number
    from kept.episodes as episodes
    where episodes.closed_at is null or episodes.changed_run = $run_id::bigint
),

holders as (
    select
        contacts.number,
        contacts.source,
        contacts.contact_id,
        min(contacts.name) as name,
        count(*) over (partition by contacts.number, contacts.contact_id) as source_count
    from kept.contacts as contacts
    inner join numbers
        on contacts.number = numbers.number
    group by
        contacts.number,
        contacts.source,
        contacts.contact_id
)

select
    numbers.number,
    count(holders.contact_id) as contact_count,
    coalesce(
        list_sort(
            list(
                case
                    when holders.source_count > 1 then holders.source || '/' || holders.contact_id
                    else holders.contact_id
                end
            ) filter (where holders.contact_id is not null)
        ),
        []
    ) as contact_ids,
    min(holders.contact_id) as contact_id,
    arg_min(holders.name, holders.contact_id) as contact_name
from numbers
left join holders
    on numbers.number = holders.number
group by numbers.number
