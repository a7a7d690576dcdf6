-- Which open episodes close now, and why: the first reason that applies.
-- Grain:  one row per open episode that closes
-- Reads:  kept.episodes, kept.attempts, kept.dropped_calls, kept.closings_by_hand,
--         kept.hour_spans, kept.client_hours, core.talks, core.drops_to_account, core.redials,
--         core.listed_numbers, core.hours_now, settings.campaigns, settings.campaign_words
-- Params: $now timestamp
--
-- cut_at: up to where the episode answers for its dropped calls; the later ones are carried over.
-- `not_dropped` and `expired` look at the dropped calls that have joined, so they wait while one of
-- the number is about to join; the walk repeats until nothing changes. What is on a do-not-call
-- list joins nothing.
-- To give up counts open time (A10); a dropped call from before all known openings is given up by
-- the wall clock as well.
with open_episodes as (
    select
        episodes.episode_id,
        episodes.campaign,
        episodes.number,
        episodes.added_at,
        campaigns.campaign is null as is_campaign_ended,
        campaigns.attempt_count,
        campaigns.confirm_within_minutes,
        campaigns.give_up_after_minutes,
        coalesce(client_hours.hours_key, campaigns.hours_key) as hours_key
    from kept.episodes as episodes
    left join settings.campaigns as campaigns
        on episodes.campaign = campaigns.campaign
    left join kept.client_hours as client_hours
        on campaigns.hours_key = client_hours.campaign_hours_key
        and episodes.number = client_hours.number
    where episodes.closed_at is null
),

first_talks as (
    select
        open_episodes.episode_id,
        talks.talk_at,
        talks.source,
        talks.call_id
    from open_episodes
    inner join core.talks as talks
        on open_episodes.campaign = talks.campaign
        and open_episodes.number = talks.number
        and talks.talk_at > open_episodes.added_at
    qualify row_number() over (
        partition by open_episodes.episode_id
        order by talks.talk_number
    ) = 1
),

drops_of_episodes as (
    select
        drops.episode_id,
        count(*) filter (where not drops.is_withdrawn) as standing_count,
        max(drops.dropped_at) filter (where not drops.is_withdrawn) as last_dropped_at
    from kept.dropped_calls as drops
    inner join open_episodes
        on drops.episode_id = open_episodes.episode_id
    group by drops.episode_id
),

joining_numbers as (
    select distinct
        to_account.campaign,
        to_account.number
    from core.drops_to_account as to_account
    left join core.listed_numbers as listed
        on to_account.number = listed.number
    where listed.number is null
),

made_attempts as (
    select
        attempts.episode_id,
        count(*) filter (where attempts.redial_number = 0) as made_count,
        count(*) filter (where attempts.result is null) as pending_count,
        count(*) filter (where attempts.result = 'unanswered' and stop_on.word is not null)
            as stop_count,
        max({
            'handed_out_at': attempts.handed_out_at,
            'attempt_number': attempts.attempt_number
        }) as last_attempt
    from kept.attempts as attempts
    inner join open_episodes
        on attempts.episode_id = open_episodes.episode_id
    left join settings.campaign_words as stop_on
        on open_episodes.campaign = stop_on.campaign
        and stop_on.kind = 'stop_on'
        and stop_on.word = attempts.detail
    group by attempts.episode_id
),

last_attempts as (
    select
        attempts.episode_id,
        made_attempts.made_count,
        made_attempts.pending_count,
        made_attempts.stop_count,
        attempts.handed_out_at,
        attempts.ended_at
    from kept.attempts as attempts
    inner join made_attempts
        on attempts.episode_id = made_attempts.episode_id
        and attempts.attempt_number = made_attempts.last_attempt['attempt_number']
),

reasons as (
    select
        1 as line_number,
        first_talks.episode_id,
        'reached' as reason,
        first_talks.talk_at as closed_at,
        first_talks.talk_at as cut_at,
        first_talks.source as closing_source,
        first_talks.call_id as closing_call_id
    from first_talks
    union all
    select
        2 as line_number,
        open_episodes.episode_id,
        'not_dropped' as reason,
        $now::timestamp as closed_at,
        $now::timestamp as cut_at,
        null as closing_source,
        null as closing_call_id
    from open_episodes
    left join drops_of_episodes
        on open_episodes.episode_id = drops_of_episodes.episode_id
    left join joining_numbers
        on open_episodes.campaign = joining_numbers.campaign
        and open_episodes.number = joining_numbers.number
    where
        coalesce(drops_of_episodes.standing_count, 0) = 0
        and joining_numbers.number is null
    union all
    select
        3 as line_number,
        open_episodes.episode_id,
        'do_not_call' as reason,
        $now::timestamp as closed_at,
        $now::timestamp as cut_at,
        null as closing_source,
        null as closing_call_id
    from open_episodes
    inner join core.listed_numbers as listed
        on open_episodes.number = listed.number
    union all
    select
        4 as line_number,
        open_episodes.episode_id,
        'campaign_ended' as reason,
        $now::timestamp as closed_at,
        $now::timestamp as cut_at,
        null as closing_source,
        null as closing_call_id
    from open_episodes
    where open_episodes.is_campaign_ended
    union all
    select
        5 as line_number,
        open_episodes.episode_id,
        'closed_by_hand' as reason,
        $now::timestamp as closed_at,
        $now::timestamp as cut_at,
        null as closing_source,
        null as closing_call_id
    from open_episodes
    inner join kept.closings_by_hand as by_hand
        on open_episodes.episode_id = by_hand.episode_id
    union all
    select
        6 as line_number,
        open_episodes.episode_id,
        'exhausted' as reason,
        coalesce(
            last_attempts.ended_at,
            last_attempts.handed_out_at
            + open_episodes.confirm_within_minutes * interval '1 minute'
        ) as closed_at,
        last_attempts.handed_out_at as cut_at,
        null as closing_source,
        null as closing_call_id
    from open_episodes
    inner join last_attempts
        on open_episodes.episode_id = last_attempts.episode_id
    left join core.redials as redials
        on open_episodes.episode_id = redials.episode_id
    where
        (
            last_attempts.made_count >= open_episodes.attempt_count
            and redials.episode_id is null
            or last_attempts.stop_count > 0
        )
        and last_attempts.pending_count = 0
    union all
    select
        7 as line_number,
        open_episodes.episode_id,
        'expired' as reason,
        $now::timestamp as closed_at,
        $now::timestamp as cut_at,
        null as closing_source,
        null as closing_call_id
    from open_episodes
    inner join drops_of_episodes
        on open_episodes.episode_id = drops_of_episodes.episode_id
    left join core.hours_now as hours_now
        on open_episodes.hours_key = hours_now.hours_key
    left join kept.hour_spans as spans
        on open_episodes.hours_key = spans.hours_key
        and kept.is_in_span(
            drops_of_episodes.last_dropped_at, spans.day, spans.begins_at, spans.ends_at
        )
    left join joining_numbers
        on open_episodes.campaign = joining_numbers.campaign
        and open_episodes.number = joining_numbers.number
    where
        joining_numbers.number is null
        and kept.is_given_up(
            $now::timestamp,
            hours_now.open_clock_at,
            spans.open_clock_at,
            spans.is_open,
            spans.begins_at,
            drops_of_episodes.last_dropped_at,
            open_episodes.give_up_after_minutes
        )
)

select reasons.*
from reasons
qualify row_number() over (
    partition by reasons.episode_id
    order by reasons.line_number
) = 1
