-- What each version of the settings set otherwise than the version before it.
-- Grain:  one row per version, section and key whose value is new, changed or gone
-- Reads:  ops.settings
-- Params: none
--
-- For readers. The first version has every key, defaults too, and no previous one. A version that
-- was taken up again stands with its first run only.
with parts as (
    select
        versions.settings_hash,
        'program' as section,
        versions.settings::json as part
    from ops.settings as versions
    union all
    select
        versions.settings_hash,
        kinds.kind || ' ' || named.key as section,
        named.value as part
    from ops.settings as versions
    cross join (values ('sources'), ('sinks'), ('reports')) as kinds (kind)
    cross join json_each(versions.settings::json -> kinds.kind) as named
    union all
    select
        versions.settings_hash,
        'campaigns ' || (listed.value ->> 'name') as section,
        listed.value as part
    from ops.settings as versions
    cross join json_each(versions.settings::json -> 'campaigns') as listed
),

pairs as (
    select
        parts.settings_hash,
        parts.section,
        pair.key,
        nullif(pair.value::varchar, 'null') as value
    from parts
    cross join json_each(parts.part) as pair
    where
        pair.key != 'name'
        and not (
            parts.section = 'program'
            and pair.key in ('sources', 'sinks', 'reports', 'campaigns')
        )
),

versions as (
    select
        settings.settings_hash,
        settings.first_run_at,
        lag(settings.settings_hash) over (
            order by settings.first_run_at, settings.settings_hash
        ) as previous_hash
    from ops.settings as settings
),

previous_pairs as (
    select
        versions.settings_hash,
        pairs.section,
        pairs.key,
        pairs.value
    from versions
    inner join pairs
        on versions.previous_hash = pairs.settings_hash
),

compared as (
    select
        coalesce(pairs.settings_hash, previous_pairs.settings_hash) as settings_hash,
        coalesce(pairs.section, previous_pairs.section) as section,
        coalesce(pairs.key, previous_pairs.key) as key,
        pairs.value,
        previous_pairs.value as previous_value
    from pairs
    full join previous_pairs
        on pairs.settings_hash = previous_pairs.settings_hash
        and pairs.section = previous_pairs.section
        and pairs.key = previous_pairs.key
)

select
    versions.settings_hash,
    versions.previous_hash,
    compared.section,
    compared.key,
    compared.value,
    compared.previous_value,
    versions.first_run_at
from compared
inner join versions
    on compared.settings_hash = versions.settings_hash
where
    versions.previous_hash is null
    or compared.value is distinct from compared.previous_value
