-- What holds dials now: a pause, a stale source, the clock, an audit; since when, how many wait.
-- Grain:  one row per pause that is on and per other reason
-- Reads:  kept.decisions, kept.pauses
-- Params: none
--
-- dial_count: dials that would leave now but for it. A pause that holds none yet is shown as well.
with held as (
    select
        decisions.episode_id,
        decisions.campaign,
        decisions.reason,
        decisions.proof,
        decisions.first_run_at
    from kept.decisions as decisions
    where
        decisions.last_run_at is null
        and decisions.decision = 'wait'
        and decisions.reason in ('paused', 'feed_stale', 'clock_back', 'audit_failed')
),

places as (
    select
        held.reason,
        unnest(held.proof) as place
    from held
),

place_lists as (
    select
        places.reason,
        list_sort(list(distinct places.place)) as places
    from places
    group by places.reason
)

select
    'paused' as reason,
    pauses.campaign,
    pauses.paused_at as held_at,
    (
        select count(*)
        from held
        where
            held.reason = 'paused'
            and (pauses.campaign is null or pauses.campaign = held.campaign)
    ) as dial_count,
    []::varchar[] as places,
    pauses.paused_by,
    pauses.why
from kept.pauses as pauses
where pauses.resumed_at is null
union all
select
    held.reason,
    null as campaign,
    min(held.first_run_at) as held_at,
    count(*) as dial_count,
    coalesce(any_value(place_lists.places), []) as places,
    null as paused_by,
    null as why
from held
left join place_lists
    on held.reason = place_lists.reason
where held.reason != 'paused'
group by held.reason
order by
    reason,
    campaign nulls first
