-- Promises that the data broke, found before commands left; the dials they name were held.
-- Grain:  one row per finding of a run in the time asked for
-- Reads:  ops.audit_findings, ops.runs
-- Params: $from_at timestamp, $to_at timestamp
select
    runs.run_at,
    findings.run_id,
    findings.audit,
    findings.detail,
    findings.episode_id
from ops.audit_findings as findings
inner join ops.runs as runs
    on findings.run_id = runs.run_id
where
    runs.run_at >= $from_at::timestamp
    and runs.run_at < $to_at::timestamp
order by
    findings.run_id,
    findings.audit,
    findings.episode_id nulls first,
    findings.detail
