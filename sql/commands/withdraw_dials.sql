-- Withdraw the dials that no sink has taken of closed episodes, those whose step was made by hand,
-- and the redials that are no longer planned.
-- Grain:  one row per undelivered dial of a closed episode, of a step that is made, or out of plan
-- Reads:  core.plans, kept.commands, kept.episodes, kept.attempts
-- Params: $run_id bigint
update kept.commands
set
    state = 'withdrawn',
    changed_run = $run_id::bigint
from kept.episodes as episodes
where
    kept.commands.episode_id = episodes.episode_id
    and kept.commands.kind = 'dial'
    and kept.commands.state = 'issued'
    and (
        episodes.closed_at is not null
        or exists (
            select 1
            from kept.attempts as made
            where
                made.episode_id = kept.commands.episode_id
                and made.attempt_number >= kept.commands.attempt_number
                and made.is_by_hand
        )
        or kept.commands.redial_number > 0
        and not exists (
            select 1
            from core.plans as plans
            where
                plans.episode_id = kept.commands.episode_id
                and plans.next_attempt_number = kept.commands.attempt_number
                and plans.next_redial_number = kept.commands.redial_number
        )
    )
