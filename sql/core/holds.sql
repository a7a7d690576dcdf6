-- Everything that keeps the next attempt of an open episode from being dialled now.
-- Grain:  one row per open episode and reason that applies
-- Reads:  core.plans, core.directory, core.contact_duplicates, core.calls_going_on, core.hours_now,
--         core.audit_findings, core.limit_counts, core.operator_queues, kept.pauses,
--         kept.attempts, kept.commands, ops.feeds, ops.jobs, settings.sources
-- Params: $now timestamp, $is_clock_back boolean
--
-- line_number is the place of the reason in the list of decisions; the lowest one is the decision.
-- A reason that needs the other dials of the run (number_busy between episodes, a limit shared by
-- the numbers of a contact, pacing) is core.turns'.
--
-- A source with a schedule is stale when a slot has passed for too long without a good reading.
-- `no_operator` shares the line of `feed_stale`, and stands only where that does not: both say what
-- the sources show, and of who is there a stale one shows nothing.
with stale_feeds as (
    select
        feeds.source,
        feeds.stream
    from ops.feeds as feeds
    inner join settings.sources as sources
        on feeds.source = sources.source
    left join ops.jobs as jobs
        on jobs.job = 'source ' || sources.source
    where
        (sources.gives_calls or sources.gives_contacts or sources.gives_do_not_call)
        and (
            feeds.read_at is null
            or $now::timestamp
            > greatest(feeds.read_at, jobs.next_slot_at)
            + sources.max_feed_lag_minutes * interval '1 minute'
        )
),

stale_feed_list as (
    select list_sort(list(stale_feeds.source || '/' || stale_feeds.stream)) as feeds
    from stale_feeds
),

unattended as (
    select
        operator_queues.campaign,
        list_sort(list_distinct(flatten(list(operator_queues.places)))) as places
    from core.operator_queues as operator_queues
    group by operator_queues.campaign
    having
        sum(operator_queues.seen_count) > 0
        and sum(operator_queues.available_count) = 0
),

numbers_on_the_way as (
    select
        commands.number,
        commands.episode_id
    from kept.commands as commands
    where
        commands.kind = 'dial'
        and commands.state in ('issued', 'offered', 'unsure')
    union
    select
        attempts.number,
        attempts.episode_id
    from kept.attempts as attempts
    where attempts.result is null
),

reasons as (
    select
        8 as line_number,
        plans.episode_id,
        'blocked' as decision,
        'duplicate' as reason,
        directory.contact_ids as proof
    from core.plans as plans
    inner join core.directory as directory
        on plans.number = directory.number
    where plans.duplicates = 'block' and directory.contact_count > 1
    union all
    select
        8 as line_number,
        plans.episode_id,
        'blocked' as decision,
        'duplicate' as reason,
        contact_duplicates.contact_ids as proof
    from core.plans as plans
    inner join core.contact_duplicates as contact_duplicates
        on plans.number = contact_duplicates.number
    where plans.duplicates = 'block' and plans.duplicate_scope = 'contact'
    union all
    select
        9 as line_number,
        plans.episode_id,
        'blocked' as decision,
        'not_in_directory' as reason,
        []::varchar[] as proof
    from core.plans as plans
    inner join core.directory as directory
        on plans.number = directory.number
    where plans.unknown_callers = 'block' and directory.contact_count = 0
    union all
    select
        10 as line_number,
        plans.episode_id,
        'wait' as decision,
        'attempt_in_doubt' as reason,
        [plans.doubtful_key] as proof
    from core.plans as plans
    where plans.doubtful_key is not null
    union all
    select
        11 as line_number,
        plans.episode_id,
        'wait' as decision,
        'attempt_up' as reason,
        [plans.up_key] as proof
    from core.plans as plans
    where plans.up_key is not null
    union all
    select
        12 as line_number,
        plans.episode_id,
        'wait' as decision,
        'not_due' as reason,
        []::varchar[] as proof
    from core.plans as plans
    where plans.promised_at > $now::timestamp
    union all
    select
        13 as line_number,
        plans.episode_id,
        'wait' as decision,
        'spacing' as reason,
        [plans.last_command_key] as proof
    from core.plans as plans
    where plans.promised_at <= $now::timestamp and plans.earliest_at > $now::timestamp
    union all
    -- Hours of which nothing is known are closed.
    select
        14 as line_number,
        plans.episode_id,
        'wait' as decision,
        'outside_hours' as reason,
        []::varchar[] as proof
    from core.plans as plans
    left join core.hours_now as hours_now
        on plans.hours_key = hours_now.hours_key
    where
        plans.hours_key is not null
        and plans.earliest_at <= $now::timestamp
        and not coalesce(hours_now.is_open, false)
    union all
    select
        15 as line_number,
        plans.episode_id,
        'wait' as decision,
        'paused' as reason,
        []::varchar[] as proof
    from core.plans as plans
    where
        exists (
            select 1
            from kept.pauses as pauses
            where
                pauses.resumed_at is null
                and (pauses.campaign is null or pauses.campaign = plans.campaign)
        )
    union all
    select
        16 as line_number,
        plans.episode_id,
        'wait' as decision,
        'clock_back' as reason,
        []::varchar[] as proof
    from core.plans as plans
    where $is_clock_back::boolean
    union all
    select
        17 as line_number,
        plans.episode_id,
        'wait' as decision,
        'feed_stale' as reason,
        stale_feed_list.feeds as proof
    from core.plans as plans
    cross join stale_feed_list
    where len(stale_feed_list.feeds) > 0
    union all
    select
        17 as line_number,
        plans.episode_id,
        'wait' as decision,
        'no_operator' as reason,
        unattended.places as proof
    from core.plans as plans
    inner join unattended
        on plans.campaign = unattended.campaign
    cross join stale_feed_list
    where
        plans.earliest_at <= $now::timestamp
        and coalesce(len(stale_feed_list.feeds), 0) = 0
    union all
    select
        18 as line_number,
        plans.episode_id,
        'wait' as decision,
        'audit_failed' as reason,
        list_sort(list(distinct audit_findings.audit)) as proof
    from core.plans as plans
    inner join core.audit_findings as audit_findings
        on
            audit_findings.episode_id is null
            or audit_findings.episode_id = plans.episode_id
    group by plans.episode_id
    union all
    select
        19 as line_number,
        plans.episode_id,
        'wait' as decision,
        'on_call_now' as reason,
        list_sort(list(distinct going_on.source || '/' || going_on.call_id)) as proof
    from core.plans as plans
    inner join core.calls_going_on as going_on
        on plans.campaign = going_on.campaign
        and plans.number = going_on.number
    group by plans.episode_id
    union all
    select
        20 as line_number,
        plans.episode_id,
        'wait' as decision,
        'number_busy' as reason,
        list_sort(list(distinct numbers_on_the_way.episode_id)) as proof
    from core.plans as plans
    inner join numbers_on_the_way
        on plans.number = numbers_on_the_way.number
        and plans.episode_id != numbers_on_the_way.episode_id
    group by plans.episode_id
    union all
    -- Of several limits that are reached, the one that holds longest.
    select
        21 as line_number,
        limit_counts.episode_id,
        'wait' as decision,
        'limit' as reason,
        arg_max(
            limit_counts.proof,
            {
                'free_at': limit_counts.free_at,
                'hours': limit_counts.hours,
                'calls': limit_counts.calls,
                'per': limit_counts.per
            }
        ) as proof
    from core.limit_counts as limit_counts
    where limit_counts.room <= 0
    group by limit_counts.episode_id
)

select reasons.*
from reasons
