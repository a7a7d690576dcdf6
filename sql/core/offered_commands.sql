-- Commands marked as offered, in the order they leave: removes first, then dials by priority and
-- oldest promise.
-- Grain:  one row per command in state offered
-- Reads:  kept.commands, settings.campaigns
-- Params: none
select
    commands.sink,
    commands.command_key,
    commands.kind,
    commands.number,
    commands.payload,
    commands.wanted_run
from kept.commands as commands
left join settings.campaigns as campaigns
    on commands.campaign = campaigns.campaign
where commands.state = 'offered'
order by
    commands.kind desc,
    coalesce(campaigns.priority, 0) desc,
    commands.promised_at,
    commands.sequence
