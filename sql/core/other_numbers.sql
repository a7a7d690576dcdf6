-- The other numbers of the contact behind a number, for the campaigns with `reach = "contact"`.
-- Grain:  one row per campaign, number and other number of its contact
-- Reads:  core.watched_numbers, kept.attempts, kept.contacts, settings.campaigns
-- Params: $since timestamp
--
-- By the last good directory. A number on two or more contacts (a switchboard, a family) tells of
-- nobody: it leads to no other number, and none leads to it. A contact is known by its source and
-- its id.
with numbers as (
    select
        watched_numbers.campaign,
        watched_numbers.number
    from core.watched_numbers as watched_numbers
    union
    -- Dials that a late talk can prove wrong.
    select
        attempts.campaign,
        attempts.number
    from kept.attempts as attempts
    where attempts.handed_out_at >= $since::timestamp
),

reaching as (
    select
        numbers.campaign,
        numbers.number
    from numbers
    inner join settings.campaigns as campaigns
        on numbers.campaign = campaigns.campaign
    where campaigns.reach = 'contact'
),

holders as (
    -- Distinct: a number can stand twice on one contact.
    select distinct
        contacts.number,
        contacts.source,
        contacts.contact_id
    from kept.contacts as contacts
    where contacts.number in (select reaching.number from reaching)
),

single_holders as (
    select
        holders.number,
        min(holders.source) as source,
        min(holders.contact_id) as contact_id
    from holders
    group by holders.number
    having count(*) = 1
),

candidates as (
    select distinct
        single_holders.number,
        others.number as other_number
    from single_holders
    inner join kept.contacts as others
        on single_holders.source = others.source
        and single_holders.contact_id = others.contact_id
    where others.number != single_holders.number
),

shared_numbers as (
    select contacts.number
    from kept.contacts as contacts
    where contacts.number in (select candidates.other_number from candidates)
    group by contacts.number
    having
        min(contacts.contact_id) != max(contacts.contact_id)
        or min(contacts.source) != max(contacts.source)
)

select
    reaching.campaign,
    reaching.number,
    candidates.other_number
from reaching
inner join candidates
    on reaching.number = candidates.number
where candidates.other_number not in (select shared_numbers.number from shared_numbers)
