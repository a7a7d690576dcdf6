-- Texts whose answer by the phone number library is not in the cache.
-- Grain:  one row per text and region to be read; keys that are no numbers have the region ''
-- Reads:  core.number_texts, raw.phone_numbers
-- Params: $metadata_version varchar
with wanted_texts as (
    -- Distinct: two sources of one region can hold the same text.
    select distinct
        coalesce(number_texts.number_raw, '') as number_raw,
        case when number_texts.numbers = 'opaque' then '' else number_texts.region end as region,
        number_texts.numbers = 'opaque' as is_opaque
    from core.number_texts as number_texts
),

known_texts as (
    -- Distinct: so that the small side, the wanted texts, is the one that is hashed.
    select distinct
        phone_numbers.number_raw,
        phone_numbers.region
    from raw.phone_numbers as phone_numbers
    inner join wanted_texts
        on
            phone_numbers.number_raw = wanted_texts.number_raw
            and phone_numbers.region = wanted_texts.region
    where phone_numbers.metadata_version = $metadata_version::varchar
)

select
    wanted_texts.number_raw,
    wanted_texts.region,
    wanted_texts.is_opaque
from wanted_texts
left join known_texts
    on
        wanted_texts.number_raw = known_texts.number_raw
        and wanted_texts.region = known_texts.region
where known_texts.number_raw is null
