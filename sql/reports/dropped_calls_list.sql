-- Every dropped call with what became of it: it opened an episode, joined one, or was ignored.
-- Grain:  one row per dropped call
-- Reads:  kept.dropped_calls, kept.calls
-- Params: $from_at timestamp, $to_at timestamp
--
-- kind: where the client hung up, or how the call ended. line: the number that the client dialled.
select
    dropped_calls.dropped_at,
    dropped_calls.number,
    dropped_calls.campaign,
    dropped_calls.kind,
    calls.dialled_number as line,
    calls.queue,
    dropped_calls.waited_seconds,
    case
        when dropped_calls.is_withdrawn then 'withdrawn'
        when dropped_calls.is_late then dropped_calls.account || ' late'
        else dropped_calls.account
    end as account,
    dropped_calls.reason,
    dropped_calls.source || '/' || dropped_calls.call_id as call,
    dropped_calls.episode_id
from kept.dropped_calls as dropped_calls
left join kept.calls as calls
    on dropped_calls.source = calls.source
    and dropped_calls.call_id = calls.call_id
where
    dropped_calls.dropped_at >= $from_at::timestamp
    and dropped_calls.dropped_at < $to_at::timestamp
order by
    dropped_calls.dropped_at,
    dropped_calls.source,
    dropped_calls.call_id
