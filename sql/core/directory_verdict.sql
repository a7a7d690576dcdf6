-- Whether the directory that was just read may take the place of the last good one (A12).
-- Grain:  one row
-- Reads:  raw.contacts, kept.contacts, settings.program
-- Params: $source varchar
--
-- An empty one is refused, and one that lost more contacts than `max_shrink_percent` allows: an
-- export that broke off looks like clients who left.
with counts as (
    select
        (
            select count(distinct contacts.contact_id)
            from raw.contacts as contacts
            where contacts.source = $source::varchar
        ) as contact_count,
        (
            select count(distinct contacts.contact_id)
            from kept.contacts as contacts
            where contacts.source = $source::varchar
        ) as last_contact_count
)

select
    counts.contact_count,
    case
        when counts.contact_count = 0 then 'it is empty'
        else
            kept.shrinkage(
                'contacts',
                counts.contact_count,
                counts.last_contact_count,
                program.max_shrink_percent
            )
    end as refusal
from counts
cross join settings.program as program
