-- Open episodes that an import would newly block, with the rows that would do it.
-- Grain:  one row per row of the file, number and open episode
-- Reads:  core.import_matches, kept.episodes, settings.campaigns
-- Params: none
--
-- An episode is newly blocked when it is open and not blocked today, and its number, on one contact
-- or on none, stands on two or more after the import.
select
    import_matches.row_number,
    import_matches.column_position,
    import_matches.number,
    episodes.campaign,
    episodes.episode_id,
    episodes.added_at
from core.import_matches as import_matches
inner join kept.episodes as episodes
    on import_matches.number = episodes.number
left join settings.campaigns as campaigns
    on episodes.campaign = campaigns.campaign
where
    episodes.closed_at is null
    and episodes.blocked_since is null
    and not import_matches.is_duplicate
    and import_matches.contact_count + import_matches.row_count > 0
    and campaigns.duplicates is distinct from 'dial_once'
