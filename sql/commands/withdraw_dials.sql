-- Withdraw the dials that no sink has taken of closed episodes, and those whose step was made by
-- hand.
-- Grain:  one row per undelivered dial of a closed episode or of a step that is made
-- Reads:  kept.commands, kept.episodes, kept.attempts
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
    )
