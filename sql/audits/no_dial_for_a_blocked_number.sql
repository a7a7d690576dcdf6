-- Dials decided in this run for a number that stands on two or more contacts of the directory.
-- Grain:  one row per such decision
-- Reads:  core.decisions, core.directory, settings.campaigns
-- Params: none
select
    decisions.episode_id,
    decisions.number || ' stands on ' || directory.contact_count::varchar
    || ' contacts and would be dialled' as detail
from core.decisions as decisions
inner join core.directory as directory
    on decisions.number = directory.number
inner join settings.campaigns as campaigns
    on decisions.campaign = campaigns.campaign
where
    decisions.decision = 'dial'
    and campaigns.duplicates = 'block'
    and directory.contact_count > 1
