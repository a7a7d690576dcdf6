-- Whether each campaign with calling hours may dial at the last run, until when, and when it opens
-- next.
-- Grain:  one row per campaign with calling hours
-- Reads:  settings.campaigns, kept.hour_spans, ops.runs
-- Params: none
--
-- With hours_of = client it is so for numbers whose zone is not known.
-- closes_at is null where it is closed; either instant is null where it is not known.
with last_run as (
    select arg_max(runs.run_at, runs.run_id) as run_at
    from ops.runs as runs
)

select
    campaigns.campaign,
    campaigns.hours_zone,
    campaigns.hours_of,
    spans.is_open,
    case when spans.is_open then spans.changes_at end as closes_at,
    case when spans.is_open then closed.changes_at else spans.changes_at end as opens_at
from settings.campaigns as campaigns
cross join last_run
inner join kept.hour_spans as spans
    on campaigns.hours_key = spans.hours_key
    and spans.day = last_run.run_at::date
    and spans.begins_at <= last_run.run_at
    and spans.ends_at > last_run.run_at
left join kept.hour_spans as closed
    on spans.hours_key = closed.hours_key
    and spans.changes_at = closed.begins_at
order by campaigns.position
