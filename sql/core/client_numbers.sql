-- Numbers whose calling hours this run needs and whose zones are not known yet.
-- Grain:  one row per number and calling hours of a campaign (campaign_hours_key)
-- Reads:  kept.episodes, kept.dropped_calls, kept.client_hours, core.dropped_calls,
--         settings.campaigns, settings.sources
-- Params: $metadata_version varchar
--
-- Keys that are no numbers have no zone.
with asked as (
    select
        episodes.campaign,
        episodes.number,
        episodes.opening_source as source
    from kept.episodes as episodes
    where episodes.closed_at is null
    union all
    select
        drops.campaign,
        drops.number,
        drops.source
    from kept.dropped_calls as drops
    where drops.account = 'settling'
    union all
    select
        judged.campaign,
        judged.number,
        judged.source
    from core.dropped_calls as judged
)

-- Distinct: a number rings again and again, and campaigns can have the same hours.
select distinct
    campaigns.hours_key as campaign_hours_key,
    asked.number
from asked
inner join settings.campaigns as campaigns
    on asked.campaign = campaigns.campaign
left join settings.sources as sources
    on asked.source = sources.source
left join kept.client_hours as client_hours
    on campaigns.hours_key = client_hours.campaign_hours_key
    and asked.number = client_hours.number
    and client_hours.metadata_version = $metadata_version::varchar
where
    campaigns.hours_of = 'client'
    and campaigns.hours_key is not null
    and asked.number is not null
    and sources.numbers is distinct from 'opaque'
    and client_hours.number is null
order by
    campaign_hours_key,
    asked.number
