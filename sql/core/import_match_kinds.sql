-- What each number of an import file would do to the directory and to clients who wait.
-- Grain:  one row per row of the file, number and kind, and open episode for `would_block`
-- Reads:  core.import_matches, kept.episodes, settings.campaigns
-- Params: none
--
-- An episode is newly blocked when it is open and not blocked today, and its number, on one contact
-- or on none, stands on two or more after the import.
with kinds as (
    select
        import_matches.row_number,
        import_matches.column_position,
        import_matches.number,
        import_matches.contact_count,
        import_matches.contact_ids,
        import_matches.row_count,
        import_matches.other_rows,
        unnest(
            [
                case
                    when import_matches.is_duplicate then 'on_duplicate'
                    when import_matches.contact_count > 0 then 'on_contact'
                end,
                case when import_matches.row_count > 0 then 'other_row' end,
                case when import_matches.cell_count > 1 then 'twice_in_row' end,
            ]
        ) as kind
    from core.import_matches as import_matches
),

newly_blocked as (
    select
        import_matches.row_number,
        import_matches.column_position,
        import_matches.number,
        'would_block' as kind,
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
)

-- By name: what only one of the two has is null in the other.
select
    kinds.row_number,
    kinds.column_position,
    kinds.number,
    kinds.kind,
    kinds.contact_count,
    kinds.contact_ids,
    kinds.row_count,
    kinds.other_rows
from kinds
where kinds.kind is not null
union all by name
select
    newly_blocked.row_number,
    newly_blocked.column_position,
    newly_blocked.number,
    newly_blocked.kind,
    newly_blocked.campaign,
    newly_blocked.episode_id,
    newly_blocked.added_at
from newly_blocked
