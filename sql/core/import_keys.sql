-- Numbers of an import file that is checked before it becomes part of the directory.
-- Grain:  one row per row of the file and number in it
-- Reads:  core.import_numbers
-- Params: none
--
-- A row is a contact of its own, unless the file names its contact's id: rows of one id are one.
select
    import_numbers.row_number,
    import_numbers.number,
    import_numbers.contact_id,
    coalesce(
        'id ' || import_numbers.contact_id,
        'row ' || import_numbers.row_number::varchar
    ) as import_contact,
    min(import_numbers.column_position) as column_position,
    count(*) as cell_count
from core.import_numbers as import_numbers
where import_numbers.number is not null
group by
    import_numbers.row_number,
    import_numbers.number,
    import_numbers.contact_id
