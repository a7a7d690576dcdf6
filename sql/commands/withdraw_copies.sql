-- Withdraw the undelivered copies for sinks that the settings no longer give any.
-- Grain:  one row per copy whose campaign no longer names its sink
-- Reads:  kept.copies, kept.campaigns
-- Params: $run_id bigint
update kept.copies
set
    state = 'withdrawn',
    changed_run = $run_id::bigint
from kept.campaigns as campaigns
where
    kept.copies.campaign = campaigns.campaign
    and kept.copies.state in ('issued', 'unsure')
    and not list_contains(coalesce(campaigns.copies, []), kept.copies.sink)
