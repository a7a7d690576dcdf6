-- Dropped calls by day and campaign, each with one account: dropped = opened + joined + ignored +
-- settling, and opened = removed + open.
-- Grain:  one row per day of the drop and campaign; no campaign: on no campaign's line
-- Reads:  kept.dropped_calls, kept.episodes
-- Params: $from_at timestamp, $to_at timestamp, $time_zone varchar
--
-- Days are those of `time_zone`. unaccounted is what the first identity leaves over: not 0 is a
-- fault of the program. Calls that the records later say were none are counted beside, as
-- withdrawn.
with drops as (
    select
        kept.local_time(dropped_calls.dropped_at, $time_zone::varchar)::date as day,
        dropped_calls.campaign,
        dropped_calls.account,
        dropped_calls.reason,
        dropped_calls.is_withdrawn,
        episodes.closed_at is not null as is_removed
    from kept.dropped_calls as dropped_calls
    left join kept.episodes as episodes
        on dropped_calls.episode_id = episodes.episode_id
    where
        dropped_calls.dropped_at >= $from_at::timestamp
        and dropped_calls.dropped_at < $to_at::timestamp
),

reason_counts as (
    select
        drops.day,
        drops.campaign,
        drops.reason,
        count(*) as drop_count
    from drops
    where drops.account = 'ignored' and not drops.is_withdrawn
    group by
        drops.day,
        drops.campaign,
        drops.reason
),

ignored_reasons as (
    select
        reason_counts.day,
        reason_counts.campaign,
        list_sort(list(reason_counts.reason || ' ' || reason_counts.drop_count::varchar)) as reasons
    from reason_counts
    group by
        reason_counts.day,
        reason_counts.campaign
),

counted as (
    select
        drops.day,
        drops.campaign,
        count(*) filter (where not drops.is_withdrawn) as dropped_count,
        count(*) filter (where drops.account = 'opened' and not drops.is_withdrawn) as opened_count,
        count(*) filter (where drops.account = 'joined' and not drops.is_withdrawn) as joined_count,
        count(*) filter (where drops.account = 'ignored' and not drops.is_withdrawn)
            as ignored_count,
        count(*) filter (where drops.account = 'settling' and not drops.is_withdrawn)
            as settling_count,
        count(*) filter (
            where drops.account = 'opened' and not drops.is_withdrawn and drops.is_removed
        ) as removed_count,
        count(*) filter (
            where drops.account = 'opened' and not drops.is_withdrawn and not drops.is_removed
        ) as open_count,
        count(*) filter (where drops.is_withdrawn) as withdrawn_count
    from drops
    group by
        drops.day,
        drops.campaign
)

select
    counted.day,
    counted.campaign,
    counted.dropped_count,
    counted.opened_count,
    counted.joined_count,
    counted.ignored_count,
    counted.settling_count,
    counted.removed_count,
    counted.open_count,
    coalesce(ignored_reasons.reasons, []) as ignored_reasons,
    counted.dropped_count - counted.opened_count - counted.joined_count - counted.ignored_count
    - counted.settling_count as unaccounted_count,
    counted.withdrawn_count
from counted
left join ignored_reasons
    on counted.day = ignored_reasons.day
    and counted.campaign is not distinct from ignored_reasons.campaign
order by
    counted.day,
    counted.campaign nulls last
