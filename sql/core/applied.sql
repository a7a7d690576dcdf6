-- From when on records count in this run, for bounding what is read of the stored ones, and of
-- which kinds there are any at all.
-- Grain:  one row
-- Reads:  raw.queue_log, raw.cdr, raw.cel, raw.table_calls, raw.results
-- Params: $run_id bigint
with applied as (
    select count(*) as row_count, min(queue_log.known_at) as first_known_at
    from raw.queue_log as queue_log
    where queue_log.applied_run = $run_id::bigint
    union all
    select count(*) as row_count, min(cdr.known_at) as first_known_at
    from raw.cdr as cdr
    where cdr.applied_run = $run_id::bigint
    union all
    select count(*) as row_count, min(cel.known_at) as first_known_at
    from raw.cel as cel
    where cel.applied_run = $run_id::bigint
    union all
    select count(*) as row_count, min(table_calls.known_at) as first_known_at
    from raw.table_calls as table_calls
    where table_calls.applied_run = $run_id::bigint
    union all
    select count(*) as row_count, min(results.known_at) as first_known_at
    from raw.results as results
    where results.applied_run = $run_id::bigint
)

select
    sum(applied.row_count)::bigint as row_count,
    min(applied.first_known_at) as first_known_at,
    exists (select 1 from raw.queue_log as queue_log) as has_queue_log,
    exists (select 1 from raw.cdr as cdr) as has_cdr,
    exists (select 1 from raw.cel as cel) as has_cel,
    exists (select 1 from raw.table_calls as table_calls) as has_table_calls
from applied
