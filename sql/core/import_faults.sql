-- What the text of an import file shows before any number is read, filled from the file.
-- Grain:  one row per row of the file, column and kind
-- Reads:  none
-- Params: none
select
    null::bigint as row_number,
    null::bigint as column_position,
    null::varchar as kind,
    null::varchar as detail
where false
