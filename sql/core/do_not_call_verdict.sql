-- Whether the do-not-call list that was just read may take the place of the last good one (A12).
-- Grain:  one row
-- Reads:  core.listed_entries, kept.do_not_call, settings.program
-- Params: $source varchar
--
-- One without an entry that names a number is refused, and one that lost more entries than
-- `max_shrink_percent` allows: an export that broke off would let those be called who asked not to.
with counts as (
    select
        (
            select count(distinct coalesce(entries.number, entries.number_hash))
            from core.listed_entries as entries
            where entries.source = $source::varchar
        ) as entry_count,
        (
            select count(*)
            from core.listed_entries as entries
            where entries.source = $source::varchar
        ) as row_count,
        (
            select count(distinct coalesce(listed.number, listed.number_hash))
            from kept.do_not_call as listed
            where listed.source = $source::varchar
        ) as last_entry_count
)

select
    counts.entry_count,
    case
        when counts.row_count = 0 then 'it is empty'
        when counts.entry_count = 0 then 'none of its entries names a number'
        else
            kept.shrinkage(
                'entries',
                counts.entry_count,
                counts.last_entry_count,
                program.max_shrink_percent
            )
    end as refusal
from counts
cross join settings.program as program
