-- What speaks against each row of an import file, and what else is to be known of it.
-- Grain:  one row per row of the file, kind, column or number, and episode
-- Reads:  core.import_faults, core.import_cell_kinds, core.import_match_kinds
-- Params: none
--
-- A remark leaves the row clean. The order is that of the file, then of the kinds.
with kinds (place, kind, severity) as (
    values
        (1, 'encoding', 'finding'),
        (2, 'control', 'finding'),
        (3, 'quote', 'finding'),
        (4, 'field_count', 'finding'),
        (5, 'formula', 'finding'),
        (6, 'formula_sign', 'finding'),
        (7, 'empty', 'finding'),
        (8, 'withheld', 'finding'),
        (9, 'damaged', 'finding'),
        (10, 'letters', 'finding'),
        (11, 'short', 'finding'),
        (12, 'impossible', 'finding'),
        (13, 'on_contact', 'finding'),
        (14, 'on_duplicate', 'finding'),
        (15, 'other_row', 'finding'),
        (16, 'would_block', 'finding'),
        (17, 'line_break', 'remark'),
        (18, 'twice_in_row', 'remark'),
        (19, 'extension', 'remark'),
        (20, 'possible', 'remark')
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
