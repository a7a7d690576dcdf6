-- Dials still in the outbox whose episode closed in an earlier run; no dial comes after a remove.
-- Grain:  one row per such dial
-- Reads:  kept.commands, kept.episodes
-- Params: $run_id bigint
select
    commands.episode_id,
    'the dial ' || commands.command_key || ' is still to leave, its episode is closed' as detail
from kept.commands as commands
inner join kept.episodes as episodes
    on commands.episode_id = episodes.episode_id
where
    commands.kind = 'dial'
    and commands.state = 'issued'
    and episodes.closed_at is not null
    and episodes.changed_run < $run_id::bigint
