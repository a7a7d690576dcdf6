-- Unanswered calls by hand that become attempts of open episodes (`count_manual_attempts`).
-- Grain:  one row per episode and call that counts for it from now on
-- Reads:  kept.episodes, kept.attempts, kept.calls, core.talks, settings.campaigns
-- Params: $since timestamp
--
-- By hand: placed by a person or another system, so no dial of ours is known by it. It counts once
-- it is over, if it began after the dropped call, and fills the next steps of the ladder in the
-- order in which such calls began. A call of a foreign key proves that another system dials too.
with episodes as (
    select
        open_episodes.episode_id,
        open_episodes.campaign,
        open_episodes.number,
        open_episodes.added_at,
        campaigns.attempt_count
    from kept.episodes as open_episodes
    inner join settings.campaigns as campaigns
        on open_episodes.campaign = campaigns.campaign
    where
        open_episodes.closed_at is null
        and campaigns.count_manual_attempts
        and not exists (
            select 1
            from core.talks as talks
            where
                talks.campaign = open_episodes.campaign
                and talks.number = open_episodes.number
                and talks.talk_at > open_episodes.added_at
        )
),

made as (
    select
        attempts.episode_id,
        max(attempts.attempt_number) as last_attempt_number
    from kept.attempts as attempts
    inner join episodes
        on attempts.episode_id = episodes.episode_id
    group by attempts.episode_id
),

counted as (
    select
        episodes.episode_id,
        episodes.campaign,
        episodes.number,
        episodes.attempt_count,
        calls.source,
        calls.call_id,
        calls.started_at,
        calls.ended_at,
        calls.result,
        coalesce(made.last_attempt_number, 0) + row_number() over (
            partition by episodes.episode_id
            order by calls.started_at, calls.source, calls.call_id
        ) as attempt_number
    from episodes
    inner join kept.calls as calls
        on episodes.number = calls.number
        and calls.started_at > episodes.added_at
    left join made
        on episodes.episode_id = made.episode_id
    where
        calls.started_at >= $since::timestamp
        and calls.direction = 'out'
        and calls.ended_at is not null
        and calls.connected_at is null
        and not exists (
            select 1
            from kept.attempts as attempts
            where
                attempts.call_source = calls.source
                and attempts.call_id = calls.call_id
                and (not attempts.is_by_hand or attempts.episode_id = episodes.episode_id)
        )
        and not exists (
            select 1
            from kept.attempts as dialled
            where
                dialled.number = calls.number
                and (
                    kept.is_key_of(calls.attempt_key, dialled.command_key)
                    or kept.is_tag_of(
                        calls.attempt_key, dialled.command_key, calls.number, calls.number_raw
                    )
                )
        )
)

select
    'hand|' || counted.episode_id
    || '|' || kept.key_part(counted.source) || '/' || kept.key_part(counted.call_id)
        as command_key,
    counted.episode_id,
    counted.attempt_number,
    counted.campaign,
    counted.number,
    counted.started_at,
    counted.source,
    counted.call_id,
    counted.ended_at,
    counted.result
from counted
where counted.attempt_number <= counted.attempt_count
