-- Open episodes whose last dial ended in a way after which the campaign dials once more within the
-- same attempt (`retry_on`).
-- Grain:  one row per open episode
-- Reads:  kept.episodes, kept.attempts, settings.redials
-- Params: none
--
-- A redial counts for limits, not for the ladder. Whether it comes before the next step of the
-- ladder is the plan's; after the last step it always comes.
with last_attempts as (
    select
        attempts.episode_id,
        attempts.campaign,
        attempts.attempt_number,
        attempts.redial_number,
        attempts.is_by_hand,
        attempts.result,
        attempts.detail,
        coalesce(attempts.ended_at, attempts.handed_out_at) as over_at
    from kept.attempts as attempts
    inner join kept.episodes as episodes
        on attempts.episode_id = episodes.episode_id
    where episodes.closed_at is null
    qualify row_number() over (
        partition by attempts.episode_id
        order by attempts.attempt_number desc, attempts.redial_number desc
    ) = 1
)

select
    last_attempts.episode_id,
    last_attempts.attempt_number,
    last_attempts.redial_number + 1 as redial_number,
    last_attempts.over_at + redials.after_minutes * interval '1 minute' as redial_at
from last_attempts
inner join settings.redials as redials
    on last_attempts.campaign = redials.campaign
    and last_attempts.detail = redials.result
where
    last_attempts.result = 'unanswered'
    and not last_attempts.is_by_hand
    and last_attempts.redial_number < redials.times
