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
        contacts.contact_id,
        count(distinct contacts.source) as contact_count
    from kept.contacts as contacts
    where contacts.number in (select import_keys.number from core.import_keys as import_keys)
    group by
        contacts.number,
        contacts.contact_id
),

placed_contacts as (
    select
        directory_contacts.number,
        directory_contacts.contact_id,
        sum(directory_contacts.contact_count) over by_number as contact_count,
        row_number() over (by_number order by directory_contacts.contact_id) as place
    from directory_contacts
    window by_number as (partition by directory_contacts.number)
),

-- One more than is shown: the row's own contact may be among the first.
shown_contacts as (
    select
        placed_contacts.number,
        placed_contacts.contact_id,
        placed_contacts.contact_count
    from placed_contacts
    where placed_contacts.place <= $shown_count::bigint + 1
),

other_contacts as (
    select
        import_keys.row_number,
        import_keys.number,
        import_keys.contact_id,
        min(shown_contacts.contact_count) as contact_count,
        list_sort(list(shown_contacts.contact_id)) as contact_ids
    from core.import_keys as import_keys
    inner join shown_contacts
        on
            import_keys.number = shown_contacts.number
            and import_keys.contact_id is distinct from shown_contacts.contact_id
    group by
        import_keys.row_number,
        import_keys.number,
        import_keys.contact_id
)

select
    other_contacts.row_number,
    other_contacts.number,
    duplicates.number is not null as is_duplicate,
    (other_contacts.contact_count - coalesce(own_contacts.contact_count, 0))::bigint as other_count,
    list_slice(other_contacts.contact_ids, 1, $shown_count::bigint) as contact_ids
from other_contacts
left join directory_contacts as own_contacts
    on
        other_contacts.number = own_contacts.number
        and other_contacts.contact_id = own_contacts.contact_id
left join core.duplicates as duplicates
    on other_contacts.number = duplicates.number
