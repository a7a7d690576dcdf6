-- What the audits of this run found.
-- Grain:  one row per broken promise and episode
-- Reads:  ops.audit_findings
-- Params: $run_id bigint
select
    findings.audit,
    findings.episode_id,
    findings.detail
from ops.audit_findings as findings
where findings.run_id = $run_id::bigint
