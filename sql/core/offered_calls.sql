-- Every incoming call of a client: what he came to, how long he waited, how it ended.
-- Grain:  one row per incoming call (source, call_id)
-- Reads:  kept.calls
-- Params: none
--
-- For readers; no run needs it. outcome: answered, an operator and the client were connected at
-- least once; else as the rules name a dropped call (queue, ivr, timeout, exit_key, empty,
-- ringing); going_on; or other, such as voicemail. Whoever was connected, handed on and hung up
-- waiting was answered, and dropped after it: dropped_kind tells of both.
-- is_offered: he came to a queue. waited_seconds: until he was first connected, or until the end;
-- of a call that is still waiting it is not known. After a hand-over the first waiting counts from
-- the beginning of the call, for only the last one is kept.
with judged as (
    select
        calls.source,
        calls.call_id,
        calls.number,
        calls.dialled_number as line,
        calls.queue,
        calls.menu,
        calls.started_at,
        calls.connected_at,
        calls.ended_at,
        case
            when calls.wait_began_at <= coalesce(calls.connected_at, calls.ended_at)
                then calls.wait_began_at
        end as first_wait_began_at,
        calls.queue is not null or calls.last_place is not distinct from 'queue' as is_offered,
        kept.drop_kind(
            calls.direction,
            calls.started_at,
            calls.wait_began_at,
            calls.last_connected_at,
            calls.ended_at,
            calls.last_place,
            calls.end_reason
        ) as dropped_kind
    from kept.calls as calls
    where calls.direction = 'in'
)

select
    judged.source,
    judged.call_id,
    judged.number,
    judged.line,
    judged.queue,
    judged.menu,
    judged.dropped_kind,
    case
        when judged.connected_at is not null then 'answered'
        when judged.ended_at is null then 'going_on'
        else coalesce(judged.dropped_kind, 'other')
    end as outcome,
    kept.waited_seconds(
        judged.started_at,
        judged.first_wait_began_at,
        coalesce(judged.connected_at, judged.ended_at)
    ) as waited_seconds,
    judged.is_offered,
    judged.started_at,
    judged.connected_at,
    judged.ended_at
from judged
