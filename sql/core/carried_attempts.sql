-- Dials that were handed out since the opening of the episode to which dropped calls of theirs are
-- carried over: they count as its attempts (A2), redials of one attempt as one.
-- Grain:  one row per attempt (command_key) that changes its episode
-- Reads:  core.accounts, kept.attempts
-- Params: none
with following as (
    select distinct
        carried.earlier_episode_id,
        carried.episode_id,
        openings.dropped_at as added_at
    from core.accounts as carried
    inner join core.accounts as openings
        on carried.episode_id = openings.episode_id
        and openings.account = 'opened'
    where carried.origin = 'carried'
)

select
    attempts.command_key,
    following.episode_id,
    dense_rank() over (
        partition by following.episode_id
        order by attempts.attempt_number
    ) as attempt_number,
    row_number() over (
        partition by following.episode_id, attempts.attempt_number
        order by attempts.handed_out_at, attempts.command_key
    ) - 1 as redial_number
from following
inner join kept.attempts as attempts
    on following.earlier_episode_id = attempts.episode_id
    and attempts.handed_out_at >= following.added_at
where not attempts.is_by_hand
qualify row_number() over (
    partition by attempts.command_key
    order by following.added_at desc, following.episode_id
) = 1
