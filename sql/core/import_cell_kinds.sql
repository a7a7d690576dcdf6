-- What the number cells of an import file show by themselves.
-- Grain:  one row per row of the file, cell and kind; `empty` once for a row without any number
-- Reads:  core.import_numbers
-- Params: none
with cells as (
    select
        import_numbers.row_number,
        import_numbers.column_position,
        import_numbers.number,
        import_numbers.extension,
        import_numbers.remark,
        unnest(
            [
                case
                    when not import_numbers.is_blank and import_numbers.number_class != 'valid'
                        then import_numbers.number_class
                end,
                case when import_numbers.is_formula then 'formula_sign' end,
                case
                    when import_numbers.extension is not null and import_numbers.number is not null
                        then 'extension'
                end,
            ]
        ) as kind
    from core.import_numbers as import_numbers
),

rows_without_number as (
    select
        import_numbers.row_number,
        min(import_numbers.column_position) as column_position,
        'empty' as kind
    from core.import_numbers as import_numbers
    group by import_numbers.row_number
    having bool_and(import_numbers.is_blank)
)

select
    cells.row_number,
    cells.column_position,
    cells.kind,
    cells.number,
    case cells.kind when 'extension' then cells.extension else cells.remark end as detail
from cells
where cells.kind is not null
union all
select
    rows_without_number.row_number,
    rows_without_number.column_position,
    rows_without_number.kind,
    null as number,
    null as detail
from rows_without_number
