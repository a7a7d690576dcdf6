-- Numbers and contacts whose calls came near to a limit, or went over it, whoever dialled.
-- Grain:  one row per limit and number, or contact, at its fullest window
-- Reads:  kept.calls, kept.attempts, kept.contacts, settings.limits
-- Params: $from_at timestamp, $to_at timestamp, $near_limit_calls bigint
--
-- calls: the most that lay within `hours` of each other; near: no further below the limit than
-- `near_limit_calls`. Counted is every outgoing call, and every dial whose call was not seen, as
-- the limits do. left: how many more the limit would have let leave; below 0 it was broken, by
-- calls that it cannot hold. A limit per contact counts the calls to all numbers of the contact, as
-- the directory has it now, those that other contacts have too; number is the one that was called
-- last.
with made as (
    select
        calls.number,
        calls.started_at as called_at
    from kept.calls as calls
    where calls.direction = 'out' and calls.number is not null
    union all
    select
        attempts.number,
        attempts.handed_out_at as called_at
    from kept.attempts as attempts
    where attempts.call_id is null and attempts.result is distinct from 'refused'
),

-- Whose number stands on several contacts, or on none, is counted alone, as the limits do.
holders as (
    select
        contacts.number,
        min(contacts.source || '/' || contacts.contact_id) as contact
    from kept.contacts as contacts
    where contacts.number is not null
    group by contacts.number
    having
        min(contacts.source || '/' || contacts.contact_id)
        = max(contacts.source || '/' || contacts.contact_id)
),

limits as (
    -- Distinct: several campaigns can have one limit, and a limit counts for all of them.
    select distinct
        limits.calls,
        limits.hours,
        limits.per
    from settings.limits as limits
),

numbers_of_holders as (
    -- Distinct: a number can stand twice on one contact.
    select distinct
        contacts.number,
        holders.contact
    from holders
    inner join kept.contacts as contacts
        on holders.contact = contacts.source || '/' || contacts.contact_id
    where contacts.number is not null
),

placed as (
    select
        limits.calls as limit_calls,
        limits.hours,
        limits.per,
        made.number,
        null as contact,
        made.called_at
    from made
    cross join limits
    left join holders
        on made.number = holders.number
    where
        made.called_at < $to_at::timestamp
        and (limits.per != 'contact' or holders.contact is null)
    union all
    select
        limits.calls as limit_calls,
        limits.hours,
        limits.per,
        made.number,
        numbers_of_holders.contact,
        made.called_at
    from made
    cross join limits
    inner join numbers_of_holders
        on made.number = numbers_of_holders.number
    where made.called_at < $to_at::timestamp and limits.per = 'contact'
),

counted as (
    select
        placed.*,
        count(*) over (
            partition by
                placed.limit_calls,
                placed.hours,
                placed.per,
                coalesce(placed.contact, placed.number)
            order by placed.called_at
            range between placed.hours * interval '1 hour' - interval '1 second' preceding
            and current row
        ) as call_count
    from placed
)

select
    counted.limit_calls as limit_count,
    counted.hours,
    counted.per,
    max({'called_at': counted.called_at, 'number': counted.number})['number'] as number,
    counted.contact,
    max(counted.call_count) as call_count,
    counted.limit_calls - max(counted.call_count) as left_count,
    max(counted.called_at) as last_called_at
from counted
where counted.called_at >= $from_at::timestamp
group by
    counted.limit_calls,
    counted.hours,
    counted.per,
    counted.contact,
    coalesce(counted.contact, counted.number)
having max(counted.call_count) >= counted.limit_calls - $near_limit_calls::bigint
order by
    left_count,
    limit_count,
    counted.hours,
    counted.per,
    number
