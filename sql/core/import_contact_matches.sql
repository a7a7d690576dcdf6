-- Rows of an import file whose number stands on a contact of the directory already.
-- Grain:  one row per row of the file and number that another contact of the directory has
-- Reads:  core.import_keys, core.duplicates, kept.contacts
-- Params: $shown_count bigint
--
-- contact_ids ends after $shown_count, so that a number on many contacts and many rows costs no
-- product of both. The row's own contact, where the file names its id, is none of the others.
with directory_contacts as (
    select
        contacts.number,
        contacts.source,
        contacts.contact_id
    from kept.contacts as contacts
    where contacts.number in (select import_keys.number from core.import_keys as import_keys)
    group by
        contacts.number,
        contacts.source,
        contacts.contact_id
),

placed_contacts as (
    select
        directory_contacts.number,
        directory_contacts.contact_id,
        count(*) over (partition by directory_contacts.number) as contact_count,
        count(*) over (
            partition by directory_contacts.number, directory_contacts.contact_id
        ) as namesake_count,
        row_number() over (
            partition by directory_contacts.number
            order by directory_contacts.contact_id, directory_contacts.source
        ) as place
    from directory_contacts
),

own_contacts as (
    select
        placed_contacts.number,
        placed_contacts.contact_id,
        min(placed_contacts.namesake_count) as contact_count
    from placed_contacts
    group by
        placed_contacts.number,
        placed_contacts.contact_id
)

select
    import_keys.row_number,
    import_keys.number,
    duplicates.number is not null as is_duplicate,
    min(placed_contacts.contact_count) - coalesce(min(own_contacts.contact_count), 0) as other_count,
    list_slice(
        list_sort(list(distinct placed_contacts.contact_id)), 1, $shown_count::bigint
    ) as contact_ids
from core.import_keys as import_keys
inner join placed_contacts
    on
        import_keys.number = placed_contacts.number
        and import_keys.contact_id is distinct from placed_contacts.contact_id
left join own_contacts
    on
        import_keys.number = own_contacts.number
        and import_keys.contact_id = own_contacts.contact_id
left join core.duplicates as duplicates
    on import_keys.number = duplicates.number
-- More than are shown: the row's own contact may be among the first, once for each source.
where
    placed_contacts.place <= $shown_count::bigint + coalesce(own_contacts.contact_count, 0)
group by
    import_keys.row_number,
    import_keys.number,
    duplicates.number
