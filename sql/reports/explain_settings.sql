-- The values of the settings by which the episodes of a number were decided, version by version.
-- Grain:  one row per campaign and version of the settings
-- Reads:  kept.decisions, ops.settings
-- Params: $number varchar
--
-- settings: all values of the campaign that were in force, as JSON.
with versions as (
    select
        decisions.campaign,
        decisions.settings_hash,
        min(decisions.first_run_at) as first_run_at
    from kept.decisions as decisions
    where decisions.number = $number::varchar
    group by
        decisions.campaign,
        decisions.settings_hash
)

select
    versions.campaign,
    versions.settings_hash,
    versions.first_run_at,
    listed.value::varchar as settings
from versions
inner join ops.settings as kept_settings
    on versions.settings_hash = kept_settings.settings_hash
cross join json_each(kept_settings.settings::json -> 'campaigns') as listed
where listed.value ->> 'name' = versions.campaign
order by
    versions.first_run_at,
    versions.campaign,
    versions.settings_hash
