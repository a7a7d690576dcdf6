-- What comes next for a number: the next attempt of each open episode and what holds it.
-- Grain:  one row per open episode
-- Reads:  core.next_attempts, kept.client_hours, kept.hours, settings.campaigns
-- Params: $number varchar
--
-- client_zones: those of its number, where its calling hours are read in them.
select
    next_attempts.campaign,
    next_attempts.decision,
    next_attempts.reason,
    next_attempts.since_at,
    next_attempts.held_by,
    next_attempts.why,
    next_attempts.attempt_number,
    next_attempts.redial_number,
    next_attempts.attempt_count,
    next_attempts.promised_at,
    next_attempts.due_at,
    campaigns.hours_zone,
    hours.zones as client_zones,
    next_attempts.proof,
    next_attempts.also,
    next_attempts.episode_id
from core.next_attempts as next_attempts
left join settings.campaigns as campaigns
    on next_attempts.campaign = campaigns.campaign
left join kept.client_hours as client_hours
    on campaigns.hours_key = client_hours.campaign_hours_key
    and next_attempts.number = client_hours.number
left join kept.hours as hours
    on client_hours.hours_key = hours.hours_key
where next_attempts.number = $number::varchar
order by
    next_attempts.promised_at nulls last,
    next_attempts.episode_id
