-- Every dial that, with all that is known now, would not have been handed out, and why it was.
-- Grain:  one row per regret handed out in the time asked for
-- Reads:  kept.attempts, kept.calls, core.connections
-- Params: $from_at timestamp, $to_at timestamp
--
-- talked: when an operator and the client had last talked before it; none where the call turned out
-- to be no dropped one, or the talk was on another number of the contact. seen: when the record of
-- that talk was first read, behind the dial; too late: how long after it.
with regrets as (
    select attempts.*
    from kept.attempts as attempts
    where
        attempts.is_regret
        and attempts.handed_out_at >= $from_at::timestamp
        and attempts.handed_out_at < $to_at::timestamp
),

talks as (
    select
        regrets.command_key,
        max({
            'talk_at': connections.talk_at,
            'source': connections.source,
            'call_id': connections.call_id
        }) as talk
    from regrets
    inner join core.connections as connections
        on regrets.number = connections.number
        and connections.talk_at < regrets.handed_out_at
    group by regrets.command_key
)

select
    regrets.handed_out_at,
    regrets.number,
    regrets.campaign,
    regrets.attempt_number,
    regrets.result,
    talks.talk['talk_at'] as talked_at,
    calls.first_seen_at as seen_at,
    epoch(calls.first_seen_at - regrets.handed_out_at)::bigint as too_late_seconds,
    talks.talk['source'] || '/' || talks.talk['call_id'] as call,
    regrets.command_key
from regrets
left join talks
    on regrets.command_key = talks.command_key
left join kept.calls as calls
    on talks.talk['source'] = calls.source
    and talks.talk['call_id'] = calls.call_id
order by
    regrets.handed_out_at,
    regrets.command_key
