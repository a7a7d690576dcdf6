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
),

asked as (
    select
        coalesce(bool_or(campaigns.count_manual_attempts), false) as counts_by_hand,
        coalesce(bool_or(campaigns.hours_of = 'client' and campaigns.hours_key is not null), false)
            as reads_client_zones,
        coalesce(bool_or(campaigns.reach = 'contact'), false) as reaches_contacts,
        coalesce(bool_or(campaigns.duplicate_scope = 'contact'), false) as blocks_contacts
    from settings.campaigns as campaigns
),

listed as (
    select coalesce(bool_or(sources.gives_do_not_call), false) as has_do_not_call
    from settings.sources as sources
),

limited as (
    select $now::timestamp - max(limits.hours) * interval '1 hour' as limits_since
    from settings.limits as limits
),

redialled as (
    select count(*) > 0 as has_redials
    from settings.redials as redials
),

watched as (
    select count(*) > 0 as waits_for_operators
    from settings.campaign_words as words
    where words.kind = 'operator_queue'
)

select
    coalesce(least(min(instants.instant), $now::timestamp), $now::timestamp) as since,
    any_value(limited.limits_since) as limits_since,
    any_value(asked.counts_by_hand) as counts_by_hand,
    any_value(listed.has_do_not_call) as has_do_not_call,
    any_value(asked.reads_client_zones) as reads_client_zones,
    any_value(asked.reaches_contacts) as reaches_contacts,
    any_value(asked.blocks_contacts) as blocks_contacts,
    any_value(redialled.has_redials) as has_redials,
    any_value(watched.waits_for_operators) as waits_for_operators
from instants
cross join asked
cross join listed
cross join limited
cross join redialled
cross join watched
