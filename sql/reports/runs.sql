-- Every run: when it stood, how long it took, what it read and issued, how it ended.
-- Grain:  one row per run whose instant lies in the time asked for
-- Reads:  ops.runs, kept.commands
-- Params: $from_at timestamp, $to_at timestamp
--
-- read and rejected: rows of the sources.
with issued as (
    select
        commands.issued_run,
        count(*) filter (where commands.kind = 'dial') as dial_count,
        count(*) filter (where commands.kind = 'remove') as remove_count
    from kept.commands as commands
    group by commands.issued_run
)

select
    runs.run_id,
    runs.run_at,
    (epoch(runs.ended_at - runs.started_at) * 1000)::bigint as took_milliseconds,
    coalesce(json_extract_string(runs.counts, '$."rows read"')::bigint, 0) as read_count,
    coalesce(json_extract_string(runs.counts, '$."rows rejected"')::bigint, 0) as rejected_count,
    coalesce(issued.dial_count, 0) as dial_count,
    coalesce(issued.remove_count, 0) as remove_count,
    runs.outcome,
    runs.exit_code,
    runs.settings_hash,
    runs.version
from ops.runs as runs
left join issued
    on runs.run_id = issued.issued_run
where
    runs.run_at >= $from_at::timestamp
    and runs.run_at < $to_at::timestamp
order by
    runs.run_id
