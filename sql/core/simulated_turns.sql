-- Which dials of a simulation are looked at now: of numbers that share limits the earliest one.
-- Grain:  one row per lane with a dial to come before anything else happens in it
-- Reads:  core.simulated_dials, core.simulated_lanes, core.simulated_dues,
--         core.simulated_expiries, kept.episodes, kept.dropped_calls, settings.campaigns
-- Params: none
--
-- Of one second the turns of a run: higher priority, older promise, number, episode. A dial waits
-- while another episode of its lane ends before it, or takes up a dropped call that restarts its
-- steps: what comes of that can be dialled earlier, and would count.
with restarts as (
    select
        drops.episode_id,
        min(drops.dropped_at) as restarts_at
    from kept.dropped_calls as drops
    inner join core.simulated_dues as dues
        on drops.episode_id = dues.episode_id
    where drops.is_withdrawn and drops.dropped_at <= dues.dialled_at
    group by drops.episode_id
),

changes as (
    select
        lanes.lane,
        min(least(episodes.cut_at, expiries.expires_at, restarts.restarts_at)) as changes_at
    from kept.episodes as episodes
    inner join core.simulated_lanes as lanes
        on episodes.number = lanes.number
    left join core.simulated_expiries as expiries
        on episodes.episode_id = expiries.episode_id
    left join restarts
        on episodes.episode_id = restarts.episode_id
    where
        episodes.closed_at is null
        and not exists (
            select 1
            from core.simulated_dials as own_dials
            where own_dials.episode_id = episodes.episode_id
        )
    group by lanes.lane
)

select dials.*
from core.simulated_dials as dials
inner join core.simulated_lanes as lanes
    on dials.number = lanes.number
inner join settings.campaigns as campaigns
    on dials.campaign = campaigns.campaign
left join changes
    on lanes.lane = changes.lane
where changes.changes_at is null or dials.dialled_at < changes.changes_at
qualify row_number() over (
    partition by lanes.lane
    order by
        dials.dialled_at,
        coalesce(campaigns.priority, 0) desc,
        dials.promised_at,
        dials.number,
        dials.episode_id
) = 1
