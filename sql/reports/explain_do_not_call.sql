-- Where a number stands on a do-not-call list, with what the list says of it.
-- Grain:  one row per entry
-- Reads:  kept.do_not_call, settings.sources
-- Params: $number varchar
select
    listed.source,
    listed.since_text,
    listed.note,
    listed.number is null as is_hashed
from kept.do_not_call as listed
inner join settings.sources as sources
    on listed.source = sources.source
where
    sources.gives_do_not_call
    and (
        listed.number = $number::varchar
        or listed.number_hash = sha256($number::varchar)
    )
order by
    listed.source,
    listed.since_text,
    listed.note
