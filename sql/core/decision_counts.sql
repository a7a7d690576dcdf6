-- How many episodes this run decides how, of those it looked at.
-- Grain:  one row per decision and reason
-- Reads:  kept.decisions
-- Params: $run_id bigint
select
    decisions.decision,
    decisions.reason,
    count(*) as decision_count
from kept.decisions as decisions
where decisions.last_run_at is null or decisions.run_id = $run_id::bigint
group by
    decisions.decision,
    decisions.reason
order by
    decisions.decision,
    decisions.reason
