-- Do not count the calls of real dials of ours: the dials of a simulation stand in their place.
-- Grain:  one row per counted call that was one
-- Reads:  temp.own_calls, core.counted_calls
-- Params: none
delete from core.counted_calls
where
    core.counted_calls.proof in (
        select own_calls.source || '/' || own_calls.call_id
        from temp.own_calls as own_calls
    )
