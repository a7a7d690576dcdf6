-- Dropped calls to account for now: those that wait for it, and those that a closing sets free.
-- Grain:  one row per dropped call (source, call_id)
-- Reads:  core.drops_to_account, core.closings, kept.dropped_calls
-- Params: none
--
-- origin: as in core.drops_to_account, or carried (its episode closes before it, A2).
with carried as (
    select
        drops.source,
        drops.call_id,
        'carried' as origin
    from kept.dropped_calls as drops
    inner join core.closings as closings
        on drops.episode_id = closings.episode_id
    where
        not drops.is_withdrawn
        and (
            closings.reason = 'reached' and drops.dropped_at >= closings.cut_at
            or closings.reason != 'reached' and drops.dropped_at > closings.cut_at
        )
)

select
    to_account.source,
    to_account.call_id,
    to_account.origin
from core.drops_to_account as to_account
union all
select * from carried
