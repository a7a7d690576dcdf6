-- Dials decided in this run while the calling hours of their campaign are closed.
-- Grain:  one row per such decision
-- Reads:  core.decisions, settings.campaigns, kept.hour_spans, kept.client_hours
-- Params: $now timestamp
select
    decisions.episode_id,
    decisions.number || ' would be dialled outside the calling hours of '
    || decisions.campaign as detail
from core.decisions as decisions
inner join settings.campaigns as campaigns
    on decisions.campaign = campaigns.campaign
left join kept.client_hours as client_hours
    on campaigns.hours_key = client_hours.campaign_hours_key
    and decisions.number = client_hours.number
left join kept.hour_spans as spans
    on coalesce(client_hours.hours_key, campaigns.hours_key) = spans.hours_key
    and spans.is_open
    and spans.day = $now::timestamp::date
    and spans.begins_at <= $now::timestamp
    and spans.ends_at > $now::timestamp
where
    decisions.decision = 'dial'
    and campaigns.hours_key is not null
    and spans.hours_key is null
