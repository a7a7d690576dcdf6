-- Feed lag: how long after the end of a call a run first read of it.
-- Grain:  one row per day and source
-- Reads:  kept.calls, ops.runs
-- Params: $from_at timestamp, $to_at timestamp, $time_zone varchar
--
-- late: from the end of the call to the first run that saw it, even as one that was going on, which
-- is no lag. written late: to when its record can have stood in the source, the part of the lag
-- that is not ours; where the record was changed after that run, nothing tells it any more, and the
-- call is left out of it. Calls that ended before the first run that is known are left out, for
-- they were there already. When each stream was last read is told by feeds. Days are those of
-- `time_zone`.
with first_run as (
    select min(runs.run_at) as run_at
    from ops.runs as runs
),

lags as (
    select
        kept.local_time(calls.ended_at, $time_zone::varchar)::date as day,
        calls.source,
        greatest(0, epoch(calls.first_seen_at - calls.ended_at))::bigint as late_seconds,
        case
            when calls.first_seen_at <= calls.ended_at then 0
            when calls.known_at <= calls.first_seen_at
                then greatest(0, epoch(calls.known_at - calls.ended_at))::bigint
        end as written_late_seconds
    from kept.calls as calls
    cross join first_run
    where
        calls.ended_at >= first_run.run_at
        and calls.ended_at >= $from_at::timestamp
        and calls.ended_at < $to_at::timestamp
)

select
    lags.day,
    lags.source,
    count(*) as call_count,
    round(quantile_cont(lags.late_seconds, 0.5))::bigint as median_late_seconds,
    round(quantile_cont(lags.late_seconds, 0.9))::bigint as p90_late_seconds,
    max(lags.late_seconds) as latest_seconds,
    round(quantile_cont(lags.written_late_seconds, 0.9))::bigint as p90_written_late_seconds
from lags
group by
    lags.day,
    lags.source
order by
    lags.day,
    lags.source
