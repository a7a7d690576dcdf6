-- How episodes ended: recovered, exhausted, expired and the rest, and what had been tried by then.
-- Grain:  one row per campaign and outcome
-- Reads:  core.episode_outcomes
-- Params: $from_at timestamp, $to_at timestamp
--
-- exhausted: no attempt was left and none reached the client. expired: the time to give up passed.
-- share %: of all episodes of the campaign. no dial: not one was handed out for them. blocked: they
-- were blocked now, or when they closed. talked later: an operator and the client talked after all,
-- after the closing. open min: median of the minutes from the drop to the closing.
with counted as (
    select
        outcomes.campaign,
        outcomes.outcome,
        count(*) as episode_count,
        sum(outcomes.dropped_count)::bigint as dropped_count,
        sum(outcomes.dial_count)::bigint as dial_count,
        count(*) filter (where outcomes.dial_count = 0) as no_dial_count,
        count(*) filter (where outcomes.is_blocked) as blocked_count,
        count(outcomes.talked_later_at) as talked_later_count,
        quantile_cont(epoch(outcomes.closed_at - outcomes.added_at), 0.5) as open_seconds
    from core.episode_outcomes as outcomes
    where
        outcomes.added_at >= $from_at::timestamp
        and outcomes.added_at < $to_at::timestamp
    group by
        outcomes.campaign,
        outcomes.outcome
)

select
    counted.campaign,
    counted.outcome,
    counted.episode_count,
    kept.percent(
        counted.episode_count, sum(counted.episode_count) over (partition by counted.campaign)
    ) as share_percent,
    counted.dropped_count,
    counted.dial_count,
    counted.no_dial_count,
    counted.blocked_count,
    counted.talked_later_count,
    round(counted.open_seconds / epoch(interval '1 minute'))::bigint as open_minutes
from counted
order by
    counted.campaign,
    counted.episode_count desc,
    counted.outcome
