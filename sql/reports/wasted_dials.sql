-- Wasted dials: handed out after the client had been served, as far as all is known now.
-- Grain:  one row per day of the hand-out and campaign
-- Reads:  kept.attempts
-- Params: $from_at timestamp, $to_at timestamp, $time_zone varchar
--
-- regrets: with what is known now they would not have been handed out; a talk lay before them whose
-- record came late, or the call was no dropped one. wasted % = regrets / dials. unseen: no call of
-- the dial was ever seen. refused: its sink would not take it. redials: repeats within an attempt.
-- Calls by hand are no dials. Each regret is told by regrets. Days are those of `time_zone`.
select
    kept.local_time(attempts.handed_out_at, $time_zone::varchar)::date as day,
    attempts.campaign,
    count(*) as dial_count,
    count(*) filter (where attempts.redial_number > 0) as redial_count,
    count(*) filter (where attempts.is_regret) as regret_count,
    count(*) filter (where attempts.result = 'unseen') as unseen_count,
    count(*) filter (where attempts.result = 'refused') as refused_count,
    kept.percent(count(*) filter (where attempts.is_regret), count(*)) as wasted_percent
from kept.attempts as attempts
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
