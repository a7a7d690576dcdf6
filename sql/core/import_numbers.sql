-- Cells of the number columns of an import file, filled from the file; contact_id if it names one.
-- Grain:  one row per row of the file whose fields can be told apart, and number column
-- Reads:  none
-- Params: none
select
    null::bigint as row_number,
    null::bigint as column_position,
    null::varchar as contact_id,
    null::varchar as number,
    null::varchar as number_class,
    null::varchar as extension,
    null::varchar as remark,
    null::boolean as is_blank,
    null::boolean as is_formula
where false
