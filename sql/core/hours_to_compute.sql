-- Calling hours whose table of openings is missing, runs out, or is not enough for this run.
-- Grain:  one row per hours_key, of a campaign or of its hours in the zones of numbers
-- Reads:  settings.campaigns, settings.ladder, kept.episodes, kept.hours, kept.zone_hours
-- Params: $now timestamp
--
-- Looked back: to the oldest open episode, and over as much open time as gives up (so what lies
-- before is given up in any case). Looked ahead: as far as an attempt can be due.
-- zones: null for those of a campaign, which are read in its own zone.
with reaches as (
    select
        ladder.campaign,
        max(ladder.offset_minutes) as offset_minutes
    from settings.ladder as ladder
    group by ladder.campaign
),

oldest_episodes as (
    select
        episodes.campaign,
        min(episodes.added_at) as added_at
    from kept.episodes as episodes
    where episodes.closed_at is null
    group by episodes.campaign
),

of_campaigns as (
    select
        campaigns.hours_key as campaign_hours_key,
        coalesce(min(oldest_episodes.added_at), $now::timestamp) as since,
        max(campaigns.give_up_after_minutes) as give_up_minutes,
        max(reaches.offset_minutes + campaigns.min_gap_minutes) as reach_minutes
    from settings.campaigns as campaigns
    inner join reaches
        on campaigns.campaign = reaches.campaign
    left join oldest_episodes
        on campaigns.campaign = oldest_episodes.campaign
    where campaigns.hours_key is not null
    group by campaigns.hours_key
),

wanted as (
    select
        of_campaigns.campaign_hours_key as hours_key,
        null::varchar[] as zones,
        of_campaigns.*
    from of_campaigns
    union all
    select
        zone_hours.hours_key,
        zone_hours.zones,
        of_campaigns.*
    from of_campaigns
    inner join kept.zone_hours as zone_hours
        on of_campaigns.campaign_hours_key = zone_hours.campaign_hours_key
)

select
    wanted.hours_key,
    wanted.campaign_hours_key,
    wanted.zones,
    wanted.since,
    wanted.give_up_minutes,
    wanted.reach_minutes
from wanted
left join kept.hours as hours
    on wanted.hours_key = hours.hours_key
where
    hours.hours_key is null
    or $now::timestamp < hours.computed_at
    or $now::timestamp >= hours.renew_at
    or wanted.since < hours.known_from
    or wanted.give_up_minutes > hours.give_up_minutes
    or wanted.reach_minutes > hours.reach_minutes
order by wanted.hours_key
