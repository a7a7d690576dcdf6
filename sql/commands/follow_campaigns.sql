-- Keep each campaign as the settings have it now.
-- Grain:  one row per campaign whose settings changed
-- Reads:  settings.campaigns, settings.copies, kept.campaigns
-- Params: none
update kept.campaigns
set
    starts_at = coalesce(now_set.starts_at, kept.campaigns.starts_at),
    dialler = now_set.dialler,
    confirm_within_minutes = now_set.confirm_within_minutes,
    min_talk_seconds = now_set.min_talk_seconds,
    copies = now_set.copies
from (
    select
        campaigns.campaign,
        campaigns.starts_at,
        campaigns.dialler,
        campaigns.confirm_within_minutes,
        campaigns.min_talk_seconds,
        (
            select list_sort(list(copies.sink))
            from settings.copies as copies
            where copies.campaign = campaigns.campaign
        ) as copies
    from settings.campaigns as campaigns
) as now_set
where
    kept.campaigns.campaign = now_set.campaign
    and (
        kept.campaigns.starts_at is distinct from coalesce(
            now_set.starts_at, kept.campaigns.starts_at
        )
        or kept.campaigns.dialler != now_set.dialler
        or kept.campaigns.confirm_within_minutes != now_set.confirm_within_minutes
        or kept.campaigns.min_talk_seconds is distinct from now_set.min_talk_seconds
        or kept.campaigns.copies is distinct from now_set.copies
    )
