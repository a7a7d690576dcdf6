-- The first and the last talk after the drop of each episode that no talk has closed.
-- Grain:  one row per such episode with whose client an operator talked later
-- Reads:  kept.episodes, kept.campaigns, core.connections
-- Params: none
--
-- For readers. Any direction, line and queue: who gave up on us and got through next day was not
-- lost. A talk comes before a drop of the same second, as in the rules. One window over the talks
-- and drops of a number, so that no drop meets every talk.
with lost as (
    select
        episodes.episode_id,
        episodes.campaign,
        episodes.number,
        episodes.added_at
    from kept.episodes as episodes
    where episodes.reason is distinct from 'reached'
),

lost_numbers as (
    -- Distinct: a number can be lost several times.
    select distinct
        lost.campaign,
        lost.number
    from lost
),

events as (
    select
        lost.campaign,
        lost.number,
        lost.episode_id,
        lost.added_at as event_at,
        null::struct(talk_at timestamp, direction varchar) as talk
    from lost
    union all
    select
        lost_numbers.campaign,
        lost_numbers.number,
        null as episode_id,
        connections.talk_at as event_at,
        {'talk_at': connections.talk_at, 'direction': connections.direction} as talk
    from lost_numbers
    inner join core.connections as connections
        on lost_numbers.number = connections.number
    left join kept.campaigns as campaigns
        on lost_numbers.campaign = campaigns.campaign
    where
        kept.is_talk(connections.talk_at, connections.over_at, campaigns.min_talk_seconds)
),

followed as (
    select
        events.episode_id,
        min(events.talk) over onwards as talk,
        max(events.talk) over onwards as last_talk
    from events
    window onwards as (
        partition by events.campaign, events.number
        order by events.event_at, events.episode_id is not null, events.episode_id, events.talk
        rows between current row and unbounded following
    )
)

select
    followed.episode_id,
    followed.talk['talk_at'] as talk_at,
    followed.talk['direction'] as direction,
    followed.last_talk['talk_at'] as last_talk_at
from followed
where followed.episode_id is not null and followed.talk is not null
