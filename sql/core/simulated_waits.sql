-- How long each client of a simulation let pass before calling back by himself, as far as it shows.
-- Grain:  one row per episode
-- Reads:  kept.episodes, kept.calls
-- Params: $end_at timestamp
--
-- From the dropped call to the beginning of his next call. A call to him ends the watch: what he
-- does behind it is not by himself. So does the end of the history.
with events as (
    select
        episodes.number,
        episodes.added_at as event_at,
        episodes.episode_id,
        episodes.campaign,
        null as direction
    from kept.episodes as episodes
    union all
    select
        calls.number,
        calls.started_at as event_at,
        null as episode_id,
        null as campaign,
        calls.direction
    from kept.calls as calls
    where
        calls.direction in ('in', 'out')
        and calls.number in (select episodes.number from kept.episodes as episodes)
),

followed as (
    select
        events.*,
        min(events.event_at) filter (where events.direction = 'in') over later_events
            as returned_at,
        min(events.event_at) filter (where events.direction = 'out') over later_events
            as called_at
    from events
    window later_events as (
        partition by events.number
        order by events.event_at
        range between interval '1 second' following and unbounded following
    )
),

watched as (
    select
        followed.episode_id,
        followed.campaign,
        followed.event_at,
        coalesce(
            followed.returned_at <= coalesce(followed.called_at, $end_at::timestamp), false
        ) as has_returned,
        least(followed.returned_at, followed.called_at, $end_at::timestamp) as over_at
    from followed
    where followed.episode_id is not null
)

select
    watched.episode_id,
    watched.campaign,
    epoch(watched.over_at - watched.event_at)::bigint as wait_seconds,
    watched.has_returned
from watched
