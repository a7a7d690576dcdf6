-- Streams whose rows of late were all kept aside: none could be read since the last good one.
-- Grain:  one row per source and stream
-- Reads:  raw.rejected, raw.queue_log, raw.cdr, raw.cel, raw.table_calls, raw.table_rows,
--         raw.results, ops.runs, settings.program
-- Params: none
--
-- One bad row at night says nothing yet: without a good one beside it, a stream is named from the
-- second reading on that brought bad ones only, and at once where it never brought a good one in
-- `raw_days`. A directory without a good row is refused, which is a fault of its own.
with good_rows as (
    select queue_log.source, 'queue_log' as stream, queue_log.read_run
    from raw.queue_log as queue_log
    union all
    select cdr.source, 'cdr' as stream, cdr.read_run
    from raw.cdr as cdr
    union all
    select cel.source, 'cel' as stream, cel.read_run
    from raw.cel as cel
    union all
    select table_calls.source, 'calls' as stream, table_calls.read_run
    from raw.table_calls as table_calls
    union all
    select table_rows.source, 'calls' as stream, table_rows.read_run
    from raw.table_rows as table_rows
    union all
    select results.source, 'results' as stream, results.read_run
    from raw.results as results
),

last_good_reads as (
    select
        good_rows.source,
        good_rows.stream,
        max(good_rows.read_run) as read_run
    from good_rows
    group by
        good_rows.source,
        good_rows.stream
),

horizon as (
    select max(runs.run_at) - max(program.raw_days) * interval '1 day' as since_at
    from ops.runs as runs
    cross join settings.program as program
)

select
    rejected.source,
    rejected.stream,
    min(rejected.rejected_at) as rejected_at,
    count(*) as rejected_count,
    arg_max(rejected.reason, (rejected.read_run, rejected.line)) as last_reason
from raw.rejected as rejected
cross join horizon
left join last_good_reads
    on
        rejected.source = last_good_reads.source
        and rejected.stream = last_good_reads.stream
where
    rejected.stream in ('queue_log', 'cdr', 'cel', 'calls', 'results')
    and rejected.rejected_at >= horizon.since_at
    and (last_good_reads.read_run is null or rejected.read_run > last_good_reads.read_run)
group by
    rejected.source,
    rejected.stream,
    last_good_reads.read_run
having last_good_reads.read_run is null or min(rejected.read_run) < max(rejected.read_run)
order by
    rejected.source,
    rejected.stream
