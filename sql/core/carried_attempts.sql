-- Dials that were handed out after a dropped call that is carried over: they count as attempts of
-- its new episode (A2), redials of one attempt as one.
-- Grain:  one row per attempt (command_key) that changes its episode
-- Reads:  core.accounts, kept.attempts
-- Params: none
select
    attempts.command_key,
    accounts.episode_id,
    dense_rank() over (
        partition by accounts.episode_id
        order by attempts.attempt_number
    ) as attempt_number,
    row_number() over (
        partition by accounts.episode_id, attempts.attempt_number
        order by attempts.handed_out_at, attempts.command_key
    ) - 1 as redial_number
from core.accounts as accounts
inner join kept.attempts as attempts
    on accounts.earlier_episode_id = attempts.episode_id
    and attempts.handed_out_at >= accounts.dropped_at
where
    accounts.origin = 'carried'
    and accounts.account = 'opened'
    and not attempts.is_by_hand
qualify row_number() over (
    partition by attempts.command_key
    order by accounts.dropped_at desc, accounts.episode_id
) = 1
