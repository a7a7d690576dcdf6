-- Bring back when each campaign started, as it was known for a past run.
-- Grain:  one row per campaign that had settings by then
-- Reads:  temp.past_settings, kept.campaigns
-- Params: $run_at timestamp
--
-- The last start that settings have set, else the first run in whose settings the campaign stood.
update kept.campaigns
set starts_at = known.starts_at
from (
    select
        versions.campaign ->> 'name' as campaign,
        coalesce(
            arg_max((versions.campaign ->> 'starts_at')::timestamp, versions.first_run_at),
            min(versions.first_run_at)
        ) as starts_at
    from (
        select
            past.first_run_at,
            unnest((past.settings -> 'campaigns')::json[]) as campaign
        from temp.past_settings as past
        where past.first_run_at <= $run_at::timestamp
    ) as versions
    group by versions.campaign ->> 'name'
) as known
where kept.campaigns.campaign = known.campaign
