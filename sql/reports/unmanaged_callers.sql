-- Who was left unmanaged at the end of each day: clients whose last call of the day was in vain.
-- Grain:  one row per day and such client
-- Reads:  core.last_interactions
-- Params: none
--
-- As counted in unmanaged. direction: in, the client called last; out, we did. calls: with him on
-- that day, in either direction.
select
    calls.day,
    calls.number,
    calls.started_at,
    calls.direction,
    calls.call_count,
    calls.call
from core.last_interactions as calls
where not calls.is_managed
order by
    calls.day,
    calls.started_at,
    calls.number
