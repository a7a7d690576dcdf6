-- What the attempts came to, counted by day and campaign: how many were answered, busy, in vain.
-- Grain:  one row per day of the hand-out, campaign, result and detail
-- Reads:  core.attempt_standings, kept.attempts
-- Params: $from_at timestamp, $to_at timestamp, $time_zone varchar
--
-- result and detail are those of `attempts`. client_alone: the client answered, no operator came.
-- share: of all attempts of the day and campaign, in percent. by hand: counted from calls by hand.
-- Days are those of `time_zone`.
with results as (
    select
        kept.local_time(attempts.handed_out_at, $time_zone::varchar)::date as day,
        attempts.campaign,
        coalesce(attempts.result, standings.standing) as result,
        coalesce(attempts.detail, standings.reported_event) as detail,
        attempts.is_by_hand,
        attempts.is_regret
    from kept.attempts as attempts
    left join core.attempt_standings as standings
        on attempts.command_key = standings.command_key
    where
        attempts.handed_out_at >= $from_at::timestamp
        and attempts.handed_out_at < $to_at::timestamp
)

select
    results.day,
    results.campaign,
    results.result,
    results.detail,
    count(*) as attempt_count,
    round(
        100.0 * count(*) / sum(count(*)) over (partition by results.day, results.campaign), 1
    )::double as share_percent,
    count(*) filter (where results.is_by_hand) as by_hand_count,
    count(*) filter (where results.is_regret) as regret_count
from results
group by
    results.day,
    results.campaign,
    results.result,
    results.detail
order by
    results.day,
    results.campaign,
    results.result nulls last,
    results.detail nulls last
