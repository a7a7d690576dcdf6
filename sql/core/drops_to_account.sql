-- Dropped calls that wait for their account, whatever closes in this run: settled ones, and those
-- that a better record sets free again.
-- Grain:  one row per dropped call (source, call_id)
-- Reads:  core.settled_drops, core.dropped_calls, core.talks, core.calls, core.touched_closings,
--         kept.dropped_calls, kept.episodes, kept.attempts
-- Params: none
--
-- origin: settled (first time) | line_learnt (its line had been unknown) | reopened (the talk that
-- closed its episode turned out to be none). Only a new record reopens: without one, a later talk
-- may lie too far back to be read. campaign: the one it is to be accounted for in.
with settled as (
    select
        drops.source,
        drops.call_id,
        drops.campaign,
        drops.number,
        'settled' as origin
    from kept.dropped_calls as drops
    inner join core.settled_drops as settled_drops
        on drops.source = settled_drops.source
        and drops.call_id = settled_drops.call_id
),

line_learnt as (
    select
        drops.source,
        drops.call_id,
        judged.campaign,
        judged.number,
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

reopened as (
    select
        drops.source,
        drops.call_id,
        drops.campaign,
        drops.number,
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
select * from reopened
