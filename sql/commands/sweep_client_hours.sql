-- Delete which hours hold for numbers that no episode has any more; a new one has them read again.
-- Grain:  one row per number and calling hours of a campaign
-- Reads:  kept.client_hours, kept.episodes
-- Params: none
delete from kept.client_hours
where
    not exists (
        select 1
        from kept.episodes as episodes
        where episodes.number = kept.client_hours.number
    )
