-- Clients who were left unmanaged at the end of each day: their last call of the day was in vain.
-- Grain:  one row per day with calls
-- Reads:  core.last_interactions
-- Params: none
--
-- unmanaged: in the last call of the day with that client, in either direction, no operator and
-- client were connected (NethVoice). called in: it was the client who called; called out: we did.
-- unmanaged % = unmanaged / callers, distinct numbers with a call that day. Days are those of
-- `time_zone`, of the call's beginning. Who they are is told by unmanaged_callers.
select
    calls.day,
    count(*) as caller_count,
    count(*) filter (where not calls.is_managed) as unmanaged_count,
    count(*) filter (where not calls.is_managed and calls.direction = 'in') as called_in_count,
    count(*) filter (where not calls.is_managed and calls.direction = 'out') as called_out_count,
    kept.percent(count(*) filter (where not calls.is_managed), count(*)) as unmanaged_percent
from core.last_interactions as calls
group by calls.day
order by calls.day
