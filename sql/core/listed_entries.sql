-- The do-not-call list that was just read, each entry with its number, or why it names none.
-- Grain:  one row per entry
-- Reads:  raw.do_not_call, raw.phone_numbers, settings.sources
-- Params: none
--
-- An entry that names a number in either way counts, so that a slip in the other way leaves nobody
-- unprotected.
with read_entries as (
    select
        listed.source,
        listed.file,
        listed.line,
        phone_numbers.e164 as number,
        listed.number_raw,
        case
            when regexp_full_match(lower(trim(listed.number_hash)), '[0-9a-f]{64}')
                then lower(trim(listed.number_hash))
        end as number_hash,
        listed.since_text,
        listed.note,
        listed.record,
        case
            when listed.number_raw is null and listed.number_hash is null
                then 'it has neither `number` nor `number_hash`'
            when listed.number_raw is null
                then '`number_hash` is no SHA-256 in 64 hexadecimal digits'
            else
                '`number` is no number to be called: '
                || coalesce(phone_numbers.remark, phone_numbers.number_class, 'it was not read')
        end as fault
    from raw.do_not_call as listed
    inner join settings.sources as sources
        on listed.source = sources.source
    left join raw.phone_numbers as phone_numbers
        on listed.number_raw = phone_numbers.number_raw
        and phone_numbers.region
        = case sources.numbers when 'opaque' then '' else sources.region end
)

select
    read_entries.* exclude (fault),
    case
        when read_entries.number is null and read_entries.number_hash is null
            then read_entries.fault
    end as fault
from read_entries
