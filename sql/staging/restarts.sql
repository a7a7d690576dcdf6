-- Starts of a phone system: what was up on it before is over (A13).
-- Grain:  one row per source, system and second of a start
-- Reads:  raw.queue_log, settings.sources
-- Params: $since timestamp
--
-- QUEUESTART does not name its system. It is the one of the settings, or else the one prefix that
-- all calls queued before it carry. Where they carry several, nothing tells which system started:
-- its system is '' and no call with a prefix ends by it. Dials name their channels themselves, and
-- say nothing of the system.
with starts as (
    select
        lines.source,
        lines.event_at as restarted_at,
        min(lines.applied_run) as applied_run
    from raw.queue_log as lines
    where
        lines.event = 'QUEUESTART'
        and lines.applied_run is not null
        and lines.known_at >= $since::timestamp
    group by lines.source, lines.event_at
),

unnamed as (
    select starts.source
    from starts
    left join settings.sources as sources
        on starts.source = sources.source
    where coalesce(sources.system, '') = ''
),

prefixes as (
    select
        lines.source,
        kept.system_of(lines.call_id, '') as prefix,
        min(lines.event_at) as first_at
    from raw.queue_log as lines
    semi join unnamed
        on lines.source = unnamed.source
    where
        lines.event = 'ENTERQUEUE'
        and regexp_matches(lines.call_id, '^(.+-)?[0-9]{9,10}\.[0-9]+$')
        and lines.applied_run is not null
        and lines.known_at >= $since::timestamp
    group by lines.source, kept.system_of(lines.call_id, '')
)

select
    starts.source,
    coalesce(
        nullif(max(sources.system), ''),
        case when count(prefixes.prefix) = 1 then max(prefixes.prefix) end,
        ''
    ) as system,
    starts.restarted_at,
    starts.applied_run
from starts
left join settings.sources as sources
    on starts.source = sources.source
left join prefixes
    on starts.source = prefixes.source
    and starts.restarted_at >= prefixes.first_at
group by starts.source, starts.restarted_at, starts.applied_run
