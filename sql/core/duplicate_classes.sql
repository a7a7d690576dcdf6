-- Duplicate numbers of the directory, and what makes each one: for people to mend.
-- Grain:  one row per number on two or more contacts; where a campaign has
--         `duplicate_scope = "contact"`, also per other number of their contacts
-- Reads:  core.duplicates, kept.contacts, settings.campaigns
-- Params: none
--
-- same_text: two of the contacts write it alike, with the same extension. same_after_normalising:
-- two have it with the same extension, and no two write it alike. extension: each contact has
-- another extension behind it, or one none, as behind a switchboard: an extension keeps its own
-- column, so the number is one. through_another_number: it stands on one contact, another number of
-- which is a duplicate.
with cells as (
    select
        contacts.number,
        contacts.number_raw,
        contacts.extension,
        contacts.source,
        contacts.contact_id
    from kept.contacts as contacts
    inner join core.duplicates as duplicates
        on contacts.number = duplicates.number
),

-- Least and greatest differ exactly where there are two contacts.
alike as (
    select distinct cells.number
    from cells
    where cells.number_raw is not null
    group by
        cells.number,
        cells.number_raw,
        cells.extension
    having
        min(cells.contact_id) != max(cells.contact_id)
        or min(cells.source) != max(cells.source)
),

same_extension as (
    select distinct cells.number
    from cells
    group by
        cells.number,
        cells.extension
    having
        min(cells.contact_id) != max(cells.contact_id)
        or min(cells.source) != max(cells.source)
),

others as (
    select distinct others.number
    from kept.contacts as others
    inner join cells
        on others.source = cells.source
        and others.contact_id = cells.contact_id
    where
        others.number is not null
        and others.number not in (select duplicates.number from core.duplicates as duplicates)
        and exists (
            select 1
            from settings.campaigns as campaigns
            where campaigns.duplicate_scope = 'contact'
        )
)

select
    duplicates.number,
    duplicates.contact_count,
    case
        when alike.number is not null then 'same_text'
        when same_extension.number is not null then 'same_after_normalising'
        else 'extension'
    end as duplicate_class
from core.duplicates as duplicates
left join alike
    on duplicates.number = alike.number
left join same_extension
    on duplicates.number = same_extension.number
union all
select
    others.number,
    1 as contact_count,
    'through_another_number' as duplicate_class
from others
