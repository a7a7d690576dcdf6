-- Cut the time in which the openings of some calling hours are known into open and closed spans.
-- Grain:  one row per span
-- Reads:  none
-- Params: $hours_key varchar, $known_from timestamp, $known_until timestamp, $opens_at timestamp[],
--         $closes_at timestamp[]
--
-- A span ends at midnight (UTC) at the latest, so that an instant finds its span by its day.
with openings as (
    select
        unnest($opens_at::timestamp[]) as opens_at,
        unnest($closes_at::timestamp[]) as closes_at
),

midnights as (
    select
        unnest(
            generate_series(
                date_trunc('day', $known_from::timestamp) + interval '1 day',
                $known_until::timestamp,
                interval '1 day'
            )
        ) as midnight_at
),

edges as (
    select
        openings.opens_at as edge_at,
        1 as opened
    from openings
    union all
    select
        openings.closes_at as edge_at,
        -1 as opened
    from openings
    union all
    select
        midnights.midnight_at as edge_at,
        0 as opened
    from midnights
    union all
    select
        $known_from::timestamp as edge_at,
        0 as opened
),

instants as (
    select
        edges.edge_at,
        sum(edges.opened) as opened
    from edges
    where edges.edge_at >= $known_from::timestamp and edges.edge_at < $known_until::timestamp
    group by edges.edge_at
),

spans as (
    select
        instants.edge_at as begins_at,
        coalesce(
            lead(instants.edge_at) over (order by instants.edge_at), $known_until::timestamp
        ) as ends_at,
        sum(instants.opened) over (
            order by instants.edge_at
            rows between unbounded preceding and current row
        ) > 0 as is_open,
        min(instants.edge_at) filter (where instants.opened != 0) over (
            order by instants.edge_at
            rows between 1 following and unbounded following
        ) as changes_at
    from instants
),

measured as (
    select
        spans.*,
        case
            when spans.is_open then epoch(spans.ends_at - spans.begins_at)::bigint
            else 0
        end as open_seconds
    from spans
)

insert into kept.hour_spans
select
    $hours_key::varchar as hours_key,
    measured.begins_at::date as day,
    measured.begins_at,
    measured.ends_at,
    measured.is_open,
    measured.changes_at,
    $known_from::timestamp + coalesce(
        sum(measured.open_seconds) over (
            order by measured.begins_at
            rows between unbounded preceding and 1 preceding
        ),
        0
    )::bigint * interval '1 second' as open_clock_at
from measured
