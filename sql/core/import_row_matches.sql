-- Rows of an import file whose number another contact of the same file has too.
-- Grain:  one row per row of the file and number that stands on two or more of its contacts
-- Reads:  core.import_keys
-- Params: $shown_count bigint
--
-- other_rows ends after $shown_count, so that one number on all rows costs no square of them.
with import_contacts as (
    select
        import_keys.number,
        import_keys.import_contact,
        min(import_keys.row_number) as first_row_number
    from core.import_keys as import_keys
    group by
        import_keys.number,
        import_keys.import_contact
),

shared_contacts as (
    select
        import_contacts.number,
        import_contacts.import_contact,
        import_contacts.first_row_number,
        count(*) over (partition by import_contacts.number) as contact_count,
        row_number() over (
            partition by import_contacts.number
            order by import_contacts.first_row_number
        ) as place
    from import_contacts
    qualify count(*) over (partition by import_contacts.number) > 1
)

select
    import_keys.row_number,
    import_keys.number,
    min(shared_contacts.contact_count) - 1 as other_count,
    list_slice(
        list_sort(list(shared_contacts.first_row_number)), 1, $shown_count::bigint
    ) as other_rows
from core.import_keys as import_keys
inner join shared_contacts
    on
        import_keys.number = shared_contacts.number
        and import_keys.import_contact != shared_contacts.import_contact
-- One more than is shown: the row's own contact may be among the first.
where shared_contacts.place <= $shown_count::bigint + 1
group by
    import_keys.row_number,
    import_keys.number
