-- Delete episodes that closed longer than `hot_days` ago and whose remove has left.
-- Grain:  one row per old row
-- Reads:  kept.episodes, kept.commands
-- Params: $sweep_before timestamp
delete from kept.episodes
where
    kept.episodes.closed_run_at < $sweep_before::timestamp
    and not exists (
        select 1
        from kept.commands as commands
        where commands.episode_id = kept.episodes.episode_id
    )
