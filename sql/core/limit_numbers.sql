-- The numbers whose calls a limit of a due episode counts.
-- Grain:  one row per due episode, kind of limit and number
-- Reads:  core.limit_instants, core.directory, kept.contacts, settings.limits
-- Params: none
--
-- A limit per contact counts the calls to all numbers of the contact in the last good directory; it
-- is one per number where the number stands on no contact, or on several.
with due_episodes as (
    select distinct
        instants.episode_id,
        instants.number,
        limits.per
    from core.limit_instants as instants
    inner join settings.limits as limits
        on instants.campaign = limits.campaign
),

contacts_of_episodes as (
    -- Distinct: a number can stand twice on one contact.
    select distinct
        due_episodes.episode_id,
        contacts.source,
        contacts.contact_id
    from due_episodes
    inner join core.directory as directory
        on due_episodes.number = directory.number
    inner join kept.contacts as contacts
        on due_episodes.number = contacts.number
    where due_episodes.per = 'contact' and directory.contact_count = 1
)

select
    due_episodes.episode_id,
    due_episodes.per,
    due_episodes.number,
    contacts_of_episodes.source || '/' || contacts_of_episodes.contact_id as contact
from due_episodes
left join contacts_of_episodes
    on due_episodes.episode_id = contacts_of_episodes.episode_id
    and due_episodes.per = 'contact'
union
select
    contacts_of_episodes.episode_id,
    'contact' as per,
    others.number,
    contacts_of_episodes.source || '/' || contacts_of_episodes.contact_id as contact
from contacts_of_episodes
inner join kept.contacts as others
    on contacts_of_episodes.source = others.source
    and contacts_of_episodes.contact_id = others.contact_id
where others.number is not null
