-- Entries of the do-not-call list that was just read that name no number, as records kept aside.
-- Grain:  one row per entry
-- Reads:  core.listed_entries
-- Params: none
select
    entries.file,
    entries.line,
    entries.fault as reason,
    entries.record
from core.listed_entries as entries
where entries.fault is not null
order by
    entries.file,
    entries.line,
    entries.record
