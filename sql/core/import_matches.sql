-- What each number of an import file meets, in the directory and in the rest of the file.
-- Grain:  one row per row of the file and number in it
-- Reads:  core.import_keys, core.import_row_matches, core.import_contact_matches
-- Params: none
select
    import_keys.row_number,
    import_keys.column_position,
    import_keys.number,
    import_keys.cell_count,
    coalesce(contact_matches.is_duplicate, false) as is_duplicate,
    coalesce(contact_matches.other_count, 0) as contact_count,
    coalesce(contact_matches.contact_ids, []) as contact_ids,
    coalesce(row_matches.other_count, 0) as row_count,
    coalesce(row_matches.other_rows, []) as other_rows
from core.import_keys as import_keys
left join core.import_contact_matches as contact_matches
    on
        import_keys.row_number = contact_matches.row_number
        and import_keys.number = contact_matches.number
left join core.import_row_matches as row_matches
    on
        import_keys.row_number = row_matches.row_number
        and import_keys.number = row_matches.number
