-- Dropped calls that have settled and are still without an account (I3, I10).
-- Grain:  one row per settled dropped call without an account
-- Reads:  core.settled_drops, kept.dropped_calls
-- Params: none
select
    null::varchar as episode_id,
    'no account for the dropped call ' || drops.source || '/' || drops.call_id as detail
from core.settled_drops as settled
inner join kept.dropped_calls as drops
    on settled.source = drops.source
    and settled.call_id = drops.call_id
where drops.account = 'settling'
