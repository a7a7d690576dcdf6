-- Keep which numbers stand on two or more contacts, and since when, after a directory was taken.
-- Grain:  one row per number that is a duplicate, or was one
-- Reads:  core.duplicates
-- Params: $now timestamp, $run_id bigint
--
-- One that comes again begins anew: found_at is the beginning of the present stay.
merge into kept.duplicates
using core.duplicates as found
    on kept.duplicates.number = found.number
when matched
    and (
        kept.duplicates.ended_at is not null
        or kept.duplicates.contact_count != found.contact_count
        or kept.duplicates.contact_ids != found.contact_ids
    )
    then update set
        contact_ids = found.contact_ids,
        contact_count = found.contact_count,
        found_at = case
            when kept.duplicates.ended_at is null then kept.duplicates.found_at
            else $now::timestamp
        end,
        ended_at = null,
        changed_run = $run_id::bigint
when not matched
    then insert (number, contact_ids, contact_count, found_at, ended_at, changed_run)
    values (
        found.number,
        found.contact_ids,
        found.contact_count,
        $now::timestamp,
        null,
        $run_id::bigint
    )
when not matched by source
    and kept.duplicates.ended_at is null
    then update set
        ended_at = $now::timestamp,
        changed_run = $run_id::bigint
