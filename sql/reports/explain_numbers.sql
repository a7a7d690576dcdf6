-- The numbers that a text can mean: the number itself where anything is known of it, else those of
-- the contact with that id.
-- Grain:  one row per number
-- Reads:  kept.calls, kept.episodes, kept.contacts, kept.do_not_call
-- Params: $written varchar, $number varchar
--
-- $number is the text read as a phone number (null: it is none), $written the text as it stands.
with known_numbers as (
    select calls.number
    from kept.calls as calls
    where calls.number in ($number::varchar, $written::varchar)
    union
    select episodes.number
    from kept.episodes as episodes
    where episodes.number in ($number::varchar, $written::varchar)
    union
    select contacts.number
    from kept.contacts as contacts
    where contacts.number in ($number::varchar, $written::varchar)
    union
    select listed.number
    from kept.do_not_call as listed
    where listed.number in ($number::varchar, $written::varchar)
),

numbers_of_contact as (
    select distinct contacts.number
    from kept.contacts as contacts
    where
        contacts.contact_id = $written::varchar
        and contacts.number is not null
        and not exists (
            select 1
            from known_numbers
        )
)

select
    known_numbers.number,
    'number' as meant_as
from known_numbers
union all
select
    numbers_of_contact.number,
    'contact' as meant_as
from numbers_of_contact
order by
    number
