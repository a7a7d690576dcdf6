-- What the runs said of the episodes of a number, change by change.
-- Grain:  one row per change of a decision
-- Reads:  kept.decisions, settings.campaigns
-- Params: $number varchar
--
-- hours_zone: that of the calling hours of its campaign as they are now.
select
    decisions.first_run_at,
    decisions.last_run_at,
    decisions.campaign,
    decisions.decision,
    decisions.reason,
    decisions.attempt_number,
    decisions.attempt_count,
    decisions.promised_at,
    decisions.due_at,
    campaigns.hours_zone,
    decisions.proof,
    decisions.also,
    decisions.settings_hash,
    decisions.episode_id
from kept.decisions as decisions
left join settings.campaigns as campaigns
    on decisions.campaign = campaigns.campaign
where decisions.number = $number::varchar
order by
    decisions.first_run_at,
    decisions.run_id,
    decisions.campaign,
    decisions.episode_id
