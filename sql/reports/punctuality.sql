-- Punctuality: how far behind its promised instant each attempt left.
-- Grain:  one row per campaign and attempt number, and one for all attempts of the campaign (0)
-- Reads:  kept.attempts, kept.commands
-- Params: $from_at timestamp, $to_at timestamp, $punctual_seconds bigint
--
-- promised: when the step of the ladder fell due. late: from then to the hand-out; punctual: within
-- `punctual_seconds`. punctual % = punctual / dials. Retries are told apart by their attempt
-- number, and are in the row 0 (Mindful shows both); redials, which no ladder promised, are left
-- out.
with dials as (
    select
        attempts.campaign,
        attempts.attempt_number,
        greatest(0, epoch(attempts.handed_out_at - commands.promised_at))::bigint as late_seconds
    from kept.attempts as attempts
    inner join kept.commands as commands
        on attempts.command_key = commands.command_key
    where
        attempts.redial_number = 0
        and commands.promised_at is not null
        and attempts.handed_out_at >= $from_at::timestamp
        and attempts.handed_out_at < $to_at::timestamp
)

select
    dials.campaign,
    coalesce(dials.attempt_number, 0) as attempt_number,
    count(*) as dial_count,
    count(*) filter (where dials.late_seconds <= $punctual_seconds::bigint) as punctual_count,
    kept.percent(
        count(*) filter (where dials.late_seconds <= $punctual_seconds::bigint), count(*)
    ) as punctual_percent,
    round(avg(dials.late_seconds))::bigint as mean_late_seconds,
    round(quantile_cont(dials.late_seconds, 0.5))::bigint as median_late_seconds,
    round(quantile_cont(dials.late_seconds, 0.9))::bigint as p90_late_seconds,
    max(dials.late_seconds) as latest_seconds
from dials
group by
    grouping sets ((dials.campaign), (dials.campaign, dials.attempt_number))
order by
    dials.campaign,
    attempt_number
