-- Every incoming call of a client: what he came to, how long he waited, how it ended.
-- Grain:  one row per incoming call begun in the time asked for
-- Reads:  core.offered_calls
-- Params: $from_at timestamp, $to_at timestamp
--
-- outcome: answered; queue or ivr, hung up waiting or in the menu; timeout, exit_key, empty, sent
-- on from the queue; ringing, hung up while a desk rang; going_on; other, such as voicemail.
-- offered: he came to a queue. dropped kind: also where he was answered first, handed on and hung
-- up then.
select
    offered_calls.started_at,
    offered_calls.number,
    offered_calls.line,
    offered_calls.queue,
    offered_calls.menu,
    offered_calls.outcome,
    offered_calls.dropped_kind,
    offered_calls.waited_seconds,
    offered_calls.is_offered,
    offered_calls.ended_at,
    offered_calls.source || '/' || offered_calls.call_id as call
from core.offered_calls as offered_calls
where
    offered_calls.started_at >= $from_at::timestamp
    and offered_calls.started_at < $to_at::timestamp
order by
    offered_calls.started_at,
    offered_calls.source,
    offered_calls.call_id
