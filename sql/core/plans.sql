-- The next attempt of each open episode: its number, what was promised and when it is due.
-- Grain:  one row per open episode
-- Reads:  core.attempt_standings, core.redials, kept.episodes, kept.attempts, kept.dropped_calls,
--         kept.hour_spans, kept.client_hours, settings.campaigns, settings.ladder
-- Params: none
--
-- A late step pushes the following ones, so that their distance stays, less the minute that is the
-- beat of the runs (A5). `count_from = previous_attempt` counts each step from the end of the last.
-- A redial belongs to its attempt: it moves no step, and is left out where the next step is due by
-- then.
-- next_attempt_number is null when the last attempt is still in doubt or up. earliest_at is the due
-- instant but for the calling hours: outside of them it is due when they open next, null where no
-- opening is known. A reader of the past may ask for time of which no hours are known any more.
with drops_of_episodes as (
    select
        drops.episode_id,
        max(drops.dropped_at) as last_dropped_at
    from kept.dropped_calls as drops
    inner join kept.episodes as episodes
        on drops.episode_id = episodes.episode_id
    where episodes.closed_at is null and not drops.is_withdrawn
    group by drops.episode_id
),

pending_attempts as (
    select
        standings.episode_id,
        min(standings.command_key) filter (where standings.standing = 'in_doubt') as doubtful_key,
        min(standings.command_key) filter (where standings.standing = 'up') as up_key
    from core.attempt_standings as standings
    group by standings.episode_id
),

last_attempts as (
    select
        attempts.episode_id,
        max(attempts.attempt_number) over (partition by attempts.episode_id) as attempt_number,
        min(attempts.handed_out_at) over (
            partition by attempts.episode_id, attempts.attempt_number
        ) as handed_out_at,
        coalesce(attempts.ended_at, attempts.handed_out_at) as over_at,
        attempts.command_key
    from kept.attempts as attempts
    inner join kept.episodes as episodes
        on attempts.episode_id = episodes.episode_id
    where episodes.closed_at is null
    qualify row_number() over (
        partition by attempts.episode_id
        order by
            attempts.handed_out_at desc,
            attempts.attempt_number desc,
            attempts.redial_number desc
    ) = 1
),

steps as (
    select
        episodes.episode_id,
        episodes.campaign,
        episodes.number,
        episodes.added_at,
        campaigns.attempt_count,
        campaigns.count_from,
        campaigns.min_gap_minutes,
        campaigns.confirm_within_minutes,
        campaigns.unknown_callers,
        campaigns.duplicates,
        campaigns.duplicate_scope,
        campaigns.dialler,
        coalesce(client_hours.hours_key, campaigns.hours_key) as hours_key,
        last_attempts.command_key as last_command_key,
        last_attempts.attempt_number as last_attempt_number,
        last_attempts.handed_out_at as last_handed_out_at,
        last_attempts.over_at as last_over_at,
        pending_attempts.doubtful_key,
        pending_attempts.up_key,
        case
            when campaigns.on_repeat = 'restart'
                then coalesce(drops_of_episodes.last_dropped_at, episodes.added_at)
            else episodes.added_at
        end as counted_from_at,
        next_step.attempt_number as next_attempt_number,
        next_step.offset_minutes * interval '1 minute' as next_offset,
        last_step.offset_minutes * interval '1 minute' as last_offset
    from kept.episodes as episodes
    inner join settings.campaigns as campaigns
        on episodes.campaign = campaigns.campaign
    left join kept.client_hours as client_hours
        on campaigns.hours_key = client_hours.campaign_hours_key
        and episodes.number = client_hours.number
    left join drops_of_episodes
        on episodes.episode_id = drops_of_episodes.episode_id
    left join last_attempts
        on episodes.episode_id = last_attempts.episode_id
    left join pending_attempts
        on episodes.episode_id = pending_attempts.episode_id
    left join settings.ladder as next_step
        on episodes.campaign = next_step.campaign
        and next_step.attempt_number = coalesce(last_attempts.attempt_number, 0) + 1
    left join settings.ladder as last_step
        on episodes.campaign = last_step.campaign
        and last_step.attempt_number = last_attempts.attempt_number
    where episodes.closed_at is null
),

promises as (
    select
        steps.*,
        steps.counted_from_at + steps.next_offset as promised_at
    from steps
),

spaced as (
    select
        promises.*,
        case
            when promises.next_attempt_number is null then null
            when promises.count_from = 'added'
                then greatest(
                    promises.promised_at,
                    promises.last_handed_out_at
                    + (promises.next_offset - promises.last_offset) - interval '1 minute',
                    promises.last_over_at + promises.min_gap_minutes * interval '1 minute'
                )
            else greatest(promises.promised_at, promises.last_over_at + promises.next_offset)
        end as earliest_at
    from promises
),

planned as (
    select
        spaced.*
        replace (
            case
                when redials.episode_id is not null then redials.attempt_number
                else spaced.next_attempt_number
            end as next_attempt_number,
            coalesce(redials.redial_at, spaced.promised_at) as promised_at,
            coalesce(redials.redial_at, spaced.earliest_at) as earliest_at
        ),
        coalesce(redials.redial_number, 0) as next_redial_number
    from spaced
    left join core.redials as redials
        on spaced.episode_id = redials.episode_id
        and (spaced.earliest_at is null or redials.redial_at < spaced.earliest_at)
)

select
    planned.episode_id,
    planned.campaign,
    planned.number,
    planned.added_at,
    planned.attempt_count,
    planned.confirm_within_minutes,
    planned.unknown_callers,
    planned.duplicates,
    planned.duplicate_scope,
    planned.dialler,
    planned.hours_key,
    planned.next_attempt_number,
    planned.next_redial_number,
    planned.last_attempt_number,
    planned.last_command_key,
    planned.doubtful_key,
    planned.up_key,
    planned.promised_at,
    planned.earliest_at,
    kept.next_opening(planned.earliest_at, spans.is_open, spans.changes_at) as due_at
from planned
left join kept.hour_spans as spans
    on planned.hours_key = spans.hours_key
    and kept.is_in_span(planned.earliest_at, spans.day, spans.begins_at, spans.ends_at)
