-- Bring back the directory as it stood for a past run: that of now without what changed since.
-- Grain:  one row per contact and number
-- Reads:  temp.present_contacts, kept.contact_changes
-- Params: $run_id bigint
--
-- From the present backwards, so that old audit files are not needed and may be deleted.
insert into kept.contacts by name
with first_changes as (
    select changes.*
    from kept.contact_changes as changes
    where changes.changed_run > $run_id::bigint
    qualify row_number() over (
        partition by changes.source, changes.contact_id, changes.number
        order by changes.changed_run
    ) = 1
)

select present.*
from temp.present_contacts as present
where
    not exists (
        select 1
        from first_changes
        where
            first_changes.source = present.source
            and first_changes.contact_id = present.contact_id
            and first_changes.number = present.number
    )
union all by name
select
    first_changes.source,
    first_changes.contact_id,
    first_changes.number,
    first_changes.number as number_raw,
    'valid' as number_class
from first_changes
where not first_changes.is_listed
