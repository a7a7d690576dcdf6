-- Each text that stands for a phone number in the do-not-call list that was just read.
-- Grain:  one row per text, region and way of reading
-- Reads:  raw.do_not_call, settings.sources
-- Params: none
-- Distinct: a list can hold a number twice.
select distinct
    listed.number_raw,
    sources.region,
    sources.numbers
from raw.do_not_call as listed
inner join settings.sources as sources
    on listed.source = sources.source
where listed.number_raw is not null
