-- Contacts of mluvii, as its API gives them, brought to contacts.
-- Grain:  one row per contact and number; one without a number for a contact that has none
-- Reads:  temp.input, temp.source_keys
-- Params: none
--
-- Fields stand in `data`, or in the older flat shape beside the id; each holds a text or a list.
with contacts as (
    select
        input.file,
        input.line,
        json_extract_string(input.record, '$.id') as contact_id,
        case
            when json_type(input.record, '$.data') = 'OBJECT'
                then json_extract(input.record, '$.data')
            else cast(input.record as json)
        end as data
    from temp.input as input
),

fields as (
    select
        contacts.file,
        contacts.line,
        contacts.contact_id,
        json_extract(contacts.data, '$."' || source_keys.phone_field || '"') as phones,
        json_extract(contacts.data, '$."' || source_keys.name_field || '"') as names
    from contacts
    cross join temp.source_keys as source_keys
),

lists as (
    select
        fields.file,
        fields.line,
        fields.contact_id,
        case
            when json_type(fields.phones) = 'ARRAY' then from_json(fields.phones, '["VARCHAR"]')
            else [fields.phones ->> '$']
        end as phones,
        case
            when json_type(fields.names) = 'ARRAY' then fields.names ->> '$[0]'
            else fields.names ->> '$'
        end as name
    from fields
),

filled as (
    select
        lists.*,
        list_filter(lists.phones, lambda phone: trim(phone) != '') as numbers
    from lists
)

select
    filled.contact_id,
    filled.name,
    unnest(case when len(filled.numbers) > 0 then filled.numbers else [null] end) as number,
    filled.file,
    filled.line
from filled
