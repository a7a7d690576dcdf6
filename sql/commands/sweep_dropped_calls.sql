-- Delete dropped calls older than `hot_days` that no open episode needs.
-- Grain:  one row per old row
-- Reads:  kept.dropped_calls, kept.episodes
-- Params: $sweep_before timestamp
delete from kept.dropped_calls
where
    kept.dropped_calls.dropped_at < $sweep_before::timestamp
    and not exists (
        select 1
        from kept.episodes as episodes
        where
            episodes.episode_id = kept.dropped_calls.episode_id
            and episodes.closed_at is null
    )
