-- What became of callbacks, in the terms of contact centres: attempted, connected, failed, ….
-- Grain:  one row per day of the hand-out and campaign
-- Reads:  kept.attempts, core.episode_outcomes
-- Params: $from_at timestamp, $to_at timestamp, $time_zone varchar
--
-- attempts: steps of the ladder handed out; redials: further dials within them, repeats that count
-- as none (Bright Pattern). declined: the dialler refused them. attempted: a call of it was seen,
-- or told of (Genesys). connected: operator and client talked. abandoned: the client answered and
-- no operator came. failed: the call was made and the client not joined; an operator who declines
-- is no failed attempt (Amazon Connect). won back (successful): it is the talk that closed its
-- episode. Days are those of `time_zone`; calls by hand are left out.
select
    kept.local_time(attempts.handed_out_at, $time_zone::varchar)::date as day,
    attempts.campaign,
    count(*) filter (where attempts.redial_number = 0) as attempt_count,
    count(*) filter (where attempts.redial_number > 0) as redial_count,
    count(*) filter (where attempts.result = 'refused') as declined_count,
    count(*) filter (
        where
        attempts.result in ('answered', 'unanswered')
        or attempts.result is distinct from 'refused' and attempts.call_id is not null
    ) as attempted_count,
    count(*) filter (where attempts.result = 'answered') as connected_count,
    count(*) filter (where attempts.detail = 'client_alone') as abandoned_count,
    count(*) filter (
        where
        attempts.result = 'unanswered'
        and attempts.detail is distinct from 'client_alone'
    ) as failed_count,
    count(*) filter (
        where
        outcomes.outcome = 'won_back'
        and attempts.result = 'answered'
        and attempts.attempt_number = outcomes.reached_attempt_number
    ) as won_back_count
from kept.attempts as attempts
left join core.episode_outcomes as outcomes
    on attempts.episode_id = outcomes.episode_id
where
    not attempts.is_by_hand
    and attempts.handed_out_at >= $from_at::timestamp
    and attempts.handed_out_at < $to_at::timestamp
group by
    day,
    attempts.campaign
order by
    day,
    attempts.campaign
