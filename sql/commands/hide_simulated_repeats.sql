-- Hide the joined dropped calls that restart the steps of their episode, until their time comes.
-- Grain:  one row per dropped call that joined in a campaign with `on_repeat = "restart"`
-- Reads:  core.accounts, settings.campaigns, kept.dropped_calls
-- Params: none
update kept.dropped_calls
set is_withdrawn = accounts.account = 'joined' and campaigns.on_repeat = 'restart'
from core.accounts as accounts
inner join settings.campaigns as campaigns
    on accounts.campaign = campaigns.campaign
where
    campaigns.on_repeat = 'restart'
    and kept.dropped_calls.source = accounts.source
    and kept.dropped_calls.call_id = accounts.call_id
