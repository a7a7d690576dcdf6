-- What the list of a campaign of mluvii says of the dials that were handed to it, as reports.
-- Grain:  one row per state of a dial that says how far it is
-- Reads:  temp.input
-- Params: none
--
-- The list has no instants of its states: a report counts from when it was pulled. States from
-- before the call say nothing. A state that is not known here is passed on, to be counted.
with identities as (
    select
        input.key,
        input.pulled_at,
        input.file,
        input.line,
        json_extract_string(input.record, '$.state') as state
    from temp.input as input
),

judged as (
    select
        identities.*,
        case
            when
                identities.state is null
                or identities.state in (
                    'INITIAL', 'AWAITING_FREE_OPERATOR', 'OPERATOR_ASSIGNED', 'BCW',
                    'RETRY_SCHEDULED', 'FAILING'
                )
                then null
            when identities.state in ('CALLING', 'CALL_IN_PROGRESS', 'ACW') then 'placed'
            when
                identities.state in (
                    'SUCCESS', 'DIAL_FAILED', 'CANCELLED_BY_CLIENT', 'CANCELLED_BY_OPERATOR',
                    'CANCELLED_BY_ADMIN', 'BLACKLISTED', 'INVALID_RECORD', 'REMOVED'
                )
                then 'ended'
            else 'state ' || identities.state
        end as event
    from identities
)

select
    judged.key,
    judged.pulled_at as at,
    judged.event,
    case
        when judged.event != 'ended' then null
        when judged.state = 'SUCCESS' then 'answered'
        when judged.state = 'DIAL_FAILED' then 'failed'
        when judged.state = 'CANCELLED_BY_CLIENT' then 'client_alone'
        when judged.state = 'BLACKLISTED' then 'rejected'
        when judged.state = 'INVALID_RECORD' then 'no_such_number'
        else 'unknown'
    end as result,
    judged.file,
    judged.line
from judged
where judged.event is not null
