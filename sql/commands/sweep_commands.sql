-- Delete commands issued longer than `hot_days` ago that are not on their way, nor a copy of them.
-- Grain:  one row per old row
-- Reads:  kept.commands, kept.copies, kept.episodes
-- Params: $sweep_before timestamp
delete from kept.commands
where
    kept.commands.issued_at < $sweep_before::timestamp
    and kept.commands.state in ('delivered', 'withdrawn', 'dead')
    and not exists (
        select 1
        from kept.episodes as episodes
        where
            episodes.episode_id = kept.commands.episode_id
            and episodes.closed_at is null
    )
    and not exists (
        select 1
        from kept.copies as copies
        where
            copies.command_key = kept.commands.command_key
            and copies.state in ('issued', 'offered', 'unsure')
    )
