-- Withdraw the dials of closed episodes that no sink has taken.
-- Grain:  one row per undelivered dial of a closed episode
-- Reads:  kept.commands, kept.episodes
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
    and episodes.closed_at is not null
