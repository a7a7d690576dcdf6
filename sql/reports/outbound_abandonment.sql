-- Abandonment of our own dials: answered by the client, and no operator came to the line.
-- Grain:  one row per day of the hand-out and campaign
-- Reads:  kept.attempts
-- Params: $from_at timestamp, $to_at timestamp, $time_zone varchar
--
-- Another thing than abandonment, which is of incoming calls. abandoned: result `client_alone`.
-- answered: by a person, with or without an operator. of answered % = abandoned / answered, the
-- rule of the US (16 CFR 310.4: at most 3 % in 30 days). of dials % = abandoned / dials (Daktela).
-- machines: answered by one, in neither. shown: whether any dial of the campaign was ever told to
-- have met a machine or left the client alone; where not, no source can show it, and there is no
-- rate. A dialler that calls the operator first can leave no client alone.
with dials as (
    select
        kept.local_time(attempts.handed_out_at, $time_zone::varchar)::date as day,
        attempts.campaign,
        attempts.handed_out_at,
        attempts.result,
        attempts.detail,
        bool_or(coalesce(attempts.detail in ('client_alone', 'machine'), false))
            over (partition by attempts.campaign) as is_shown
    from kept.attempts as attempts
    where not attempts.is_by_hand and attempts.result is distinct from 'refused'
),

counted as (
    select
        dials.day,
        dials.campaign,
        bool_or(dials.is_shown) as is_shown,
        count(*) as dial_count,
        count(*) filter (where dials.result = 'answered' or dials.detail = 'client_alone')
            as answered_count,
        count(*) filter (where dials.detail = 'client_alone') as abandoned_count,
        count(*) filter (where dials.detail = 'machine') as machine_count
    from dials
    where
        dials.handed_out_at >= $from_at::timestamp
        and dials.handed_out_at < $to_at::timestamp
    group by
        dials.day,
        dials.campaign
)

select
    counted.day,
    counted.campaign,
    counted.dial_count,
    counted.answered_count,
    counted.abandoned_count,
    counted.machine_count,
    case
        when counted.is_shown then kept.percent(counted.abandoned_count, counted.answered_count)
    end as of_answered_percent,
    case
        when counted.is_shown then kept.percent(counted.abandoned_count, counted.dial_count)
    end as of_dials_percent,
    counted.is_shown
from counted
order by
    counted.day,
    counted.campaign
