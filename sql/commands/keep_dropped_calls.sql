-- Keep the dropped calls that are not accounted for yet, as settling.
-- Grain:  one row per dropped call without an account
-- Reads:  core.dropped_calls, kept.dropped_calls
-- Params: $run_id bigint, $since timestamp
insert into kept.dropped_calls
select
    judged.source,
    judged.call_id,
    judged.campaign,
    judged.number,
    judged.kind,
    judged.dropped_at,
    judged.waited_seconds,
    'settling' as account,
    null as reason,
    null as episode_id,
    false as is_late,
    false as is_withdrawn,
    0 as opened_count,
    judged.first_seen_at,
    null as accounted_at,
    $run_id::bigint as changed_run
from core.dropped_calls as judged
where
    judged.is_dropped
    and not exists (
        select 1
        from kept.dropped_calls as accounted
        where
            accounted.dropped_at >= $since::timestamp
            and accounted.source = judged.source
            and accounted.call_id = judged.call_id
    )
