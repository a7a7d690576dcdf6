-- What speaks against each row of an import file, and what else is to be known of it.
-- Grain:  one row per row of the file, kind, column or number, and episode
-- Reads:  core.import_faults, core.import_cell_kinds, core.import_matches, core.import_blocks
-- Params: none
--
-- A remark leaves the row clean. The order is that of the file, then of the kinds.
with kinds (place, kind, severity) as (
    values
        (1, 'encoding', 'finding'),
        (2, 'quote', 'finding'),
        (3, 'field_count', 'finding'),
        (4, 'formula', 'finding'),
        (5, 'formula_sign', 'finding'),
        (6, 'empty', 'finding'),
        (7, 'withheld', 'finding'),
        (8, 'damaged', 'finding'),
        (9, 'letters', 'finding'),
        (10, 'short', 'finding'),
        (11, 'impossible', 'finding'),
        (12, 'on_contact', 'finding'),
        (13, 'on_duplicate', 'finding'),
        (14, 'other_row', 'finding'),
        (15, 'would_block', 'finding'),
        (16, 'line_break', 'remark'),
        (17, 'twice_in_row', 'remark'),
        (18, 'extension', 'remark'),
        (19, 'possible', 'remark')
),

match_kinds as (
    select
        import_matches.row_number,
        import_matches.column_position,
        import_matches.number,
        import_matches.contact_count,
        import_matches.contact_ids,
        import_matches.row_count,
        import_matches.other_rows,
        unnest(
            [
                case
                    when import_matches.is_duplicate then 'on_duplicate'
                    when import_matches.contact_count > 0 then 'on_contact'
                end,
                case when import_matches.row_count > 0 then 'other_row' end,
                case when import_matches.cell_count > 1 then 'twice_in_row' end,
            ]
        ) as kind
    from core.import_matches as import_matches
),

found as (
    -- By name: each part has the columns that say something of its kind, the others are null.
    select
        import_faults.row_number,
        import_faults.column_position,
        import_faults.kind,
        import_faults.detail
    from core.import_faults as import_faults
    union all by name
    select * from core.import_cell_kinds
    union all by name
    select * from match_kinds
    union all by name
    select
        import_blocks.*,
        'would_block' as kind
    from core.import_blocks as import_blocks
)

select
    found.row_number,
    found.kind,
    kinds.severity,
    found.column_position,
    found.number,
    found.detail,
    found.contact_count,
    found.contact_ids,
    found.row_count,
    found.other_rows,
    found.campaign,
    found.added_at
from found
inner join kinds
    on found.kind = kinds.kind
order by
    found.row_number,
    kinds.place,
    found.column_position,
    found.number,
    found.campaign,
    found.episode_id
