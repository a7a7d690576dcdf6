-- Every dropped call with what became of it: it opened an episode, joined one, or was ignored.
-- Grain:  one row per dropped call
-- Reads:  core.told_drops
-- Params: $from_at timestamp, $to_at timestamp
--
-- kind: where the client hung up, or how the call ended. line: the number that the client dialled.
select
    drops.dropped_at,
    drops.number,
    drops.campaign,
    drops.kind,
    drops.line,
    drops.queue,
    drops.waited_seconds,
    case
        when drops.is_withdrawn then 'withdrawn'
        when drops.is_late then drops.account || ' late'
        else drops.account
    end as account,
    drops.reason,
    drops.source || '/' || drops.call_id as call,
    drops.episode_id
from core.told_drops as drops
where
    drops.dropped_at >= $from_at::timestamp
    and drops.dropped_at < $to_at::timestamp
order by
    drops.dropped_at,
    drops.source,
    drops.call_id
