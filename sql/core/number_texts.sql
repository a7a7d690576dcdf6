-- Each text that stands for a phone number in the calls of this run.
-- Grain:  one row per text, region and way of reading
-- Reads:  staging.calls, settings.sources
-- Params: none
with texts as (
    select
        calls.source,
        unnest([coalesce(calls.number_raw, ''), coalesce(calls.dialled_number, '')]) as number_raw
    from staging.calls as calls
)

-- Distinct: the same caller rings again and again.
select distinct
    texts.number_raw,
    sources.region,
    sources.numbers
from texts
inner join settings.sources as sources
    on texts.source = sources.source
