-- Delete attempts older than `hot_days` of episodes that are closed.
-- Grain:  one row per old row
-- Reads:  kept.attempts, kept.episodes
-- Params: $sweep_before timestamp
delete from kept.attempts
where
    kept.attempts.handed_out_at < $sweep_before::timestamp
    and not exists (
        select 1
        from kept.episodes as episodes
        where
            episodes.episode_id = kept.attempts.episode_id
            and episodes.closed_at is null
    )
