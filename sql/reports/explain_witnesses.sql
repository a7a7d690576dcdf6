-- What queue_log, CDR and CEL said of the calls of a number that CEL shows.
-- Grain:  one row per call and log
-- Reads:  kept.witnesses, kept.calls
-- Params: $number varchar
--
-- called_at: when the call began, as it stands among the calls of the number.
select
    witnesses.source || '/' || witnesses.call_id as call,
    calls.started_at as called_at,
    witnesses.witness,
    witnesses.queue,
    witnesses.menu,
    witnesses.menu_keys,
    witnesses.client_answered_at,
    witnesses.wait_began_at,
    witnesses.connected_at,
    witnesses.talk_ended_at,
    witnesses.ended_at,
    witnesses.last_place,
    witnesses.end_reason,
    witnesses.hung_up_by,
    witnesses.transfer_count,
    witnesses.result
from kept.witnesses as witnesses
inner join kept.calls as calls
    on witnesses.source = calls.source
    and witnesses.call_id = calls.call_id
where calls.number = $number::varchar
order by
    calls.started_at,
    witnesses.source,
    witnesses.call_id,
    array_position(['queue_log', 'cdr', 'cel'], witnesses.witness)
