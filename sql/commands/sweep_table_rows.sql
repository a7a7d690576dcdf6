-- Delete rows kept for folding that were read longer than `raw_days` ago.
-- Grain:  one row per old row
-- Reads:  raw.table_rows, ops.runs
-- Params: $raw_before timestamp
delete from raw.table_rows
where
    raw.table_rows.read_run < (
        select min(runs.run_id)
        from ops.runs as runs
        where runs.run_at >= $raw_before::timestamp
    )
