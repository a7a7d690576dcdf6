-- How far back calls can matter to what is new or open: reads of calls are bounded by it.
-- Grain:  one row
-- Reads:  staging.calls, kept.episodes, kept.dropped_calls, kept.attempts, settings.limits,
--         settings.campaigns, settings.campaign_words, settings.redials, settings.sources
-- Params: $now timestamp
--
-- counts_by_hand: a campaign counts calls by hand as attempts.
-- limits_since is the beginning of the longest window of a limit, null where there is no limit.
-- has_do_not_call, has_redials: whether there are lists to look into, and results to dial after.
-- waits_for_operators: whether a campaign holds its dials while nobody is there.
-- reads_client_zones: whether the calling hours of a campaign are read in the zones of numbers.
-- reaches_contacts, blocks_contacts: whether a campaign looks at the other numbers of a contact.
with instants as (
    select min(calls.started_at) as instant
    from staging.calls as calls
    union all
    select min(episodes.added_at) as instant
    from kept.episodes as episodes
    where episodes.closed_at is null
    union all
    select min(drops.dropped_at) as instant
    from kept.dropped_calls as drops
    where drops.account = 'settling'
    union all
    select min(attempts.handed_out_at) as instant
    from kept.attempts as attempts
    where attempts.result is null
)

select
    coalesce(least(min(instants.instant), $now::timestamp), $now::timestamp) as since,
    $now::timestamp - (
        select max(limits.hours) * interval '1 hour'
        from settings.limits as limits
    ) as limits_since,
    coalesce((
        select bool_or(campaigns.count_manual_attempts)
        from settings.campaigns as campaigns
    ), false) as counts_by_hand,
    exists (
        select 1
        from settings.sources as sources
        where sources.gives_do_not_call
    ) as has_do_not_call,
    exists (
        select 1
        from settings.campaigns as campaigns
        where campaigns.hours_of = 'client' and campaigns.hours_key is not null
    ) as reads_client_zones,
    exists (
        select 1
        from settings.campaigns as campaigns
        where campaigns.reach = 'contact'
    ) as reaches_contacts,
    exists (
        select 1
        from settings.campaigns as campaigns
        where campaigns.duplicate_scope = 'contact'
    ) as blocks_contacts,
    exists (select 1 from settings.redials as redials) as has_redials,
    exists (
        select 1
        from settings.campaign_words as words
        where words.kind = 'operator_queue'
    ) as waits_for_operators
from instants
