-- What each number of an import file would do to the directory and to clients who wait.
-- Grain:  one row per row of the file, number and kind, and open episode for `would_block`
-- Reads:  core.import_matches, kept.contacts, kept.episodes, settings.campaigns
-- Params: none
--
-- An episode is newly blocked when it is open and not blocked today, and its number, on one contact
-- or on none, stands on two or more after the import; where its campaign has
-- `duplicate_scope = "contact"`, also when another number of its contact, or of its row, does.
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

new_duplicates as (
    select import_matches.*
    from core.import_matches as import_matches
    where
        not import_matches.is_duplicate
        and import_matches.contact_count + import_matches.row_count > 0
),

tied_numbers as (
    select
        new_duplicates.row_number,
        new_duplicates.column_position,
        others.number
    from new_duplicates
    inner join kept.contacts as contacts
        on new_duplicates.number = contacts.number
    inner join kept.contacts as others
        on contacts.source = others.source
        and contacts.contact_id = others.contact_id
    where others.number != new_duplicates.number
    union
    select
        new_duplicates.row_number,
        new_duplicates.column_position,
        others.number
    from new_duplicates
    inner join core.import_matches as others
        on new_duplicates.row_number = others.row_number
    where others.number != new_duplicates.number
),

blocked_numbers as (
    select
        new_duplicates.row_number,
        new_duplicates.column_position,
        new_duplicates.number,
        true as is_shared
    from new_duplicates
    union all
    select
        tied_numbers.row_number,
        min(tied_numbers.column_position) as column_position,
        tied_numbers.number,
        false as is_shared
    from tied_numbers
    where
        not exists (
            select 1
            from new_duplicates
            where
                new_duplicates.row_number = tied_numbers.row_number
                and new_duplicates.number = tied_numbers.number
        )
    group by
        tied_numbers.row_number,
        tied_numbers.number
),

newly_blocked as (
    select
        blocked_numbers.row_number,
        blocked_numbers.column_position,
        blocked_numbers.number,
        'would_block' as kind,
        episodes.campaign,
        episodes.episode_id,
        episodes.added_at
    from blocked_numbers
    inner join kept.episodes as episodes
        on blocked_numbers.number = episodes.number
    left join settings.campaigns as campaigns
        on episodes.campaign = campaigns.campaign
    where
        episodes.closed_at is null
        and episodes.blocked_since is null
        and (blocked_numbers.is_shared or campaigns.duplicate_scope = 'contact')
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
