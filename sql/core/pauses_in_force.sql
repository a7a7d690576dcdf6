-- The campaigns that a person has paused, each or all of them, and why.
-- Grain:  one row per campaign that is paused
-- Reads:  kept.pauses, settings.campaigns
-- Params: none
select
    campaigns.campaign,
    min(pauses.paused_at) as paused_at,
    array_to_string(list_sort(list(distinct pauses.why)), '; ') as why
from settings.campaigns as campaigns
inner join kept.pauses as pauses
    on pauses.campaign is null or campaigns.campaign = pauses.campaign
where pauses.resumed_at is null
group by campaigns.campaign
