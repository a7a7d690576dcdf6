-- Bring back the do-not-call lists as they stood for a past run: those of now without what changed
-- since.
-- Grain:  one row per entry
-- Reads:  temp.present_do_not_call, kept.do_not_call_changes
-- Params: $run_id bigint
--
-- From the present backwards, as the directory.
insert into kept.do_not_call by name
with first_changes as (
    select changes.*
    from kept.do_not_call_changes as changes
    where changes.changed_run > $run_id::bigint
    qualify row_number() over (
        partition by changes.source, changes.number, changes.number_hash
        order by changes.changed_run
    ) = 1
)

select present.*
from temp.present_do_not_call as present
where
    not exists (
        select 1
        from first_changes
        where
            first_changes.source = present.source
            and first_changes.number = coalesce(present.number, '')
            and first_changes.number_hash = coalesce(present.number_hash, '')
    )
union all by name
select
    first_changes.source,
    nullif(first_changes.number, '') as number,
    nullif(first_changes.number, '') as number_raw,
    nullif(first_changes.number_hash, '') as number_hash
from first_changes
where not first_changes.is_listed
