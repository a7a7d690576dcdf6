-- Keep an accepted do-not-call list, numbers in one notation.
-- Grain:  one row per entry that names a number
-- Reads:  core.listed_entries
-- Params: $source varchar
insert into kept.do_not_call
select
    entries.source,
    entries.number,
    entries.number_raw,
    entries.number_hash,
    entries.since_text,
    entries.note
from core.listed_entries as entries
where
    entries.source = $source::varchar
    and entries.fault is null
