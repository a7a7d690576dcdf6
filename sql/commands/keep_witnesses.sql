-- Keep what the logs say of the touched calls that CEL shows.
-- Grain:  one row per row of core.witnesses
-- Reads:  core.witnesses
-- Params: none
insert into kept.witnesses by name
select
    witnesses.source,
    witnesses.call_id,
    witnesses.witness,
    witnesses.started_at,
    witnesses.number,
    witnesses.number_raw,
    witnesses.queue,
    witnesses.menu,
    witnesses.menu_keys,
    witnesses.client_answered_at,
    witnesses.wait_began_at,
    witnesses.connected_at,
    witnesses.last_connected_at,
    witnesses.talk_ended_at,
    witnesses.ended_at,
    witnesses.last_place,
    witnesses.end_reason,
    witnesses.hung_up_by,
    witnesses.transfer_count,
    witnesses.result,
    witnesses.changed_run
from core.witnesses as witnesses
