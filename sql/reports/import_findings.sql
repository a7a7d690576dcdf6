-- What speaks against each row of an import file, and what else is to be known of it.
-- Grain:  one row per row of the file, kind, column or number, and episode
-- Reads:  core.import_faults, core.import_cell_kinds, core.import_match_kinds
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

found as (
    -- By name: each part has the columns that say something of its kinds, the others are null.
    select
        import_faults.row_number,
        import_faults.column_position,
        import_faults.kind,
        import_faults.detail
    from core.import_faults as import_faults
    union all by name
    select
        import_cell_kinds.row_number,
        import_cell_kinds.column_position,
        import_cell_kinds.kind,
        import_cell_kinds.number,
        import_cell_kinds.detail
    from core.import_cell_kinds as import_cell_kinds
    union all by name
    select
        match_kinds.row_number,
        match_kinds.column_position,
        match_kinds.kind,
        match_kinds.number,
        match_kinds.contact_count,
        match_kinds.contact_ids,
        match_kinds.row_count,
        match_kinds.other_rows,
        match_kinds.campaign,
        match_kinds.episode_id,
        match_kinds.added_at
    from core.import_match_kinds as match_kinds
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
