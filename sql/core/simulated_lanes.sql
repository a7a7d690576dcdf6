-- Which numbers of a simulation share limits, so that their dials have to be walked one by one.
-- Grain:  one row per number with an episode, and number tied to one
-- Reads:  kept.episodes, kept.contacts, settings.limits
-- Params: none
--
-- Limits per contact tie the numbers of a contact to each other, and contacts that share a number:
-- a lane is all that hangs together so, named by its first number. Without such limits each number
-- is one for itself.
with recursive numbers as (
    select distinct episodes.number
    from kept.episodes as episodes
),

tied_contacts as (
    select distinct
        contacts.source,
        contacts.contact_id,
        contacts.number
    from kept.contacts as contacts
    where
        contacts.number is not null
        and exists (select 1 from settings.limits as limits where limits.per = 'contact')
),

lanes as (
    select
        numbers.number as lane,
        numbers.number
    from numbers
    union
    select
        lanes.lane,
        others.number
    from lanes
    inner join tied_contacts
        on lanes.number = tied_contacts.number
    inner join tied_contacts as others
        on tied_contacts.source = others.source
        and tied_contacts.contact_id = others.contact_id
)

select
    lanes.number,
    min(lanes.lane) as lane
from lanes
group by lanes.number
