-- Delete the copies of commands that were deleted.
-- Grain:  one row per copy whose command is gone
-- Reads:  kept.copies, kept.commands
-- Params: none
delete from kept.copies
where
    not exists (
        select 1
        from kept.commands as commands
        where commands.command_key = kept.copies.command_key
    )
