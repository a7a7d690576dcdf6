-- Dropped calls that have to be accounted for now: settled ones, and those that a closing or a
-- better record sets free again.
-- Grain:  one row per dropped call (source, call_id)
-- Reads:  core.settled_drops, kept.dropped_calls, kept.episodes, kept.attempts,
--         core.dropped_calls, core.talks, core.closings, core.calls,
--         core.touched_closings
-- Params: none
--
-- origin: settled (first time) | line_learnt (its line had been unknown) | carried (its episode
-- closes before it, A2) | reopened (the talk that closed its episode turned out to be none). Only
-- a new record reopens: without one, a later talk may lie too far back to be read.
with settled as (
    select
        settled_drops.source,
        settled_drops.call_id,
        'settled' as origin
    from core.settled_drops as settled_drops
),

line_learnt as (
    select
        drops.source,
        drops.call_id,
        'line_learnt' as origin
    from kept.dropped_calls as drops
    inner join core.dropped_calls as judged
        on drops.source = judged.source
        and drops.call_id = judged.call_id
    where
        drops.account = 'ignored'
        and drops.reason = 'line_unknown'
        and judged.is_dropped
        and judged.line_reason is distinct from 'line_unknown'
),

carried as (
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
),

reopened as (
    select
        drops.source,
        drops.call_id,
        'reopened' as origin
    from kept.dropped_calls as drops
    inner join kept.episodes as closed
        on drops.episode_id = closed.episode_id
    where
        closed.is_closing_withdrawn
        and not drops.is_withdrawn
        and (
            exists (
                select 1
                from core.calls as changed
                where closed.number in (changed.number, changed.previous_number)
            )
            or exists (
                select 1
                from core.touched_closings as touched_closings
                where touched_closings.episode_id = closed.episode_id
            )
        )
        and not exists (
            select 1
            from core.talks as talks
            where
                talks.campaign = closed.campaign
                and talks.number = closed.number
                and talks.talk_at > drops.dropped_at
        )
        and not exists (
            select 1
            from kept.attempts as attempts
            where
                attempts.campaign = closed.campaign
                and attempts.number = closed.number
                and attempts.handed_out_at >= drops.dropped_at
                and not attempts.is_by_hand
        )
)

select * from settled
union all
select * from line_learnt
union all
select * from carried
union all
select * from reopened
