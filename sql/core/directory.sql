-- Who stands behind the number of each open episode.
-- Grain:  one row per number with an open episode, or one that closed in this run
-- Reads:  kept.episodes, kept.contacts
-- Params: $run_id bigint
with numbers as (
    -- Distinct: two campaigns can have the same number.
    select distinct episodes.number
    from kept.episodes as episodes
    where episodes.closed_at is null or episodes.changed_run = $run_id::bigint
)

select
    numbers.number,
    count(distinct contacts.source || '/' || contacts.contact_id) as contact_count,
    coalesce(
        list_sort(
            list(distinct contacts.contact_id) filter (where contacts.contact_id is not null)
        ),
        []
    ) as contact_ids,
    min(contacts.contact_id) as contact_id,
    arg_min(contacts.name, contacts.contact_id) as contact_name
from numbers
left join kept.contacts as contacts
    on numbers.number = contacts.number
group by numbers.number
