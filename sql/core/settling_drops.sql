-- Dropped calls without an account, and when each has settled (A8).
-- Grain:  one row per settling dropped call (source, call_id)
-- Reads:  kept.dropped_calls, settings.campaigns, settings.ladder
-- Params: none
with settle_times as (
    select
        campaigns.campaign,
        least(campaigns.settle_seconds, ladder.offset_minutes * 60) as settle_seconds
    from settings.campaigns as campaigns
    inner join settings.ladder as ladder
        on campaigns.campaign = ladder.campaign
        and ladder.attempt_number = 1
),

-- For a call on nobody's line the slowest campaign's time counts: its line may yet be learnt.
longest_settle as (
    select coalesce(max(settle_times.settle_seconds), 0) as settle_seconds
    from settle_times
)

select
    drops.source,
    drops.call_id,
    drops.dropped_at
    + coalesce(settle_times.settle_seconds, longest_settle.settle_seconds) * interval '1 second'
        as settles_at
from kept.dropped_calls as drops
cross join longest_settle
left join settle_times
    on drops.campaign = settle_times.campaign
where drops.account = 'settling'
