-- Keep what an accepted do-not-call list changes, before it takes the place of the last one.
-- Grain:  one row per entry that came or went
-- Reads:  core.listed_entries, kept.do_not_call
-- Params: $source varchar, $now timestamp, $run_id bigint
--
-- By them a past run is decided again with the lists of then.
insert into kept.do_not_call_changes by name
with listed as (
    -- Distinct: a number can stand there twice.
    select distinct
        entries.source,
        coalesce(entries.number, '') as number,
        coalesce(entries.number_hash, '') as number_hash
    from core.listed_entries as entries
    where entries.source = $source::varchar and entries.fault is null
),

listed_before as (
    -- Distinct, as there.
    select distinct
        entries.source,
        coalesce(entries.number, '') as number,
        coalesce(entries.number_hash, '') as number_hash
    from kept.do_not_call as entries
    where entries.source = $source::varchar
)

select
    coalesce(listed.source, listed_before.source) as source,
    coalesce(listed.number, listed_before.number) as number,
    coalesce(listed.number_hash, listed_before.number_hash) as number_hash,
    listed.source is not null as is_listed,
    $now::timestamp as changed_at,
    $run_id::bigint as changed_run
from listed
full join listed_before
    on listed.source = listed_before.source
    and listed.number = listed_before.number
    and listed.number_hash = listed_before.number_hash
where listed.source is null or listed_before.source is null
order by
    source,
    number,
    number_hash
