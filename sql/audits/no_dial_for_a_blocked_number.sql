-- Dials decided in this run for a number that its campaign takes for a duplicate.
-- Grain:  one row per such decision
-- Reads:  core.decisions, core.directory, core.contact_duplicates, settings.campaigns
-- Params: none
select
    decisions.episode_id,
    decisions.number || case
        when directory.contact_count > 1
            then ' stands on ' || directory.contact_count::varchar || ' contacts'
        else ' is a duplicate through another number of its contact'
    end || ' and would be dialled' as detail
from core.decisions as decisions
inner join core.directory as directory
    on decisions.number = directory.number
inner join settings.campaigns as campaigns
    on decisions.campaign = campaigns.campaign
left join core.contact_duplicates as contact_duplicates
    on decisions.number = contact_duplicates.number
    and campaigns.duplicate_scope = 'contact'
where
    decisions.decision = 'dial'
    and campaigns.duplicates = 'block'
    and (directory.contact_count > 1 or contact_duplicates.number is not null)
