-- What queue_log, CDR and CEL said of each call, one beside the other, and in what they differ.
-- Grain:  one row per call that CEL shows, and log
-- Reads:  kept.witnesses, kept.calls, settings.program
-- Params: $from_at timestamp, $to_at timestamp
--
-- differs_in: where the log says something else than what was made of all, times by more than
-- `clock_tolerance_seconds`; what it does not say differs in nothing. keys: what the client pressed
-- in menus. transferred: how often he was handed on.
select
    witnesses.started_at,
    witnesses.number,
    witnesses.source || '/' || witnesses.call_id as call,
    witnesses.witness as log,
    nullif(concat_ws(
        ', ',
        case when witnesses.queue != calls.queue then 'queue' end,
        case when witnesses.menu != calls.menu then 'menu' end,
        case
            when
                calls.direction != 'out'
                and abs(epoch(witnesses.wait_began_at - calls.wait_began_at))
                > program.clock_tolerance_seconds
                then 'wait_began'
        end,
        case
            when
                abs(epoch(witnesses.connected_at - calls.connected_at))
                > program.clock_tolerance_seconds
                or (witnesses.connected_at is null) != (calls.connected_at is null)
                then 'connected'
        end,
        case
            when
                abs(epoch(witnesses.ended_at - calls.ended_at)) > program.clock_tolerance_seconds
                then 'ended'
        end,
        case when witnesses.last_place != calls.last_place then 'last_place' end,
        case when nullif(witnesses.end_reason, 'other') != calls.end_reason then 'end_reason' end,
        case when witnesses.result != calls.result then 'result' end
    ), '') as differs_in,
    witnesses.queue,
    witnesses.menu,
    witnesses.menu_keys as keys,
    witnesses.wait_began_at,
    witnesses.client_answered_at,
    witnesses.connected_at,
    witnesses.talk_ended_at,
    witnesses.ended_at,
    witnesses.last_place,
    witnesses.end_reason,
    witnesses.hung_up_by,
    witnesses.transfer_count as transferred,
    witnesses.result
from kept.witnesses as witnesses
cross join settings.program as program
left join kept.calls as calls
    on witnesses.source = calls.source
    and witnesses.call_id = calls.call_id
where
    witnesses.started_at >= $from_at::timestamp
    and witnesses.started_at < $to_at::timestamp
order by
    coalesce(calls.started_at, witnesses.started_at),
    witnesses.source,
    witnesses.call_id,
    array_position(['queue_log', 'cdr', 'cel'], witnesses.witness)
