-- Every attempt, handed out or counted from a call by hand, with its call and its result.
-- Grain:  one row per dial of an attempt made in the time asked for
-- Reads:  core.attempt_standings, kept.attempts, kept.calls
-- Params: $from_at timestamp, $to_at timestamp
--
-- Without a result of its own: in_doubt until a call is seen or the dialler tells of it, then up.
-- redial: 0 for the first dial of an attempt, 1 for the next one within it (`retry_on`).
-- detail: how the call ended, or what the dialler said last. regret: with all that is known now it
-- would not have been handed out.
select
    attempts.handed_out_at,
    attempts.number,
    attempts.campaign,
    attempts.attempt_number,
    attempts.redial_number,
    coalesce(attempts.result, standings.standing) as result,
    coalesce(attempts.detail, standings.reported_event) as detail,
    calls.started_at as call_started_at,
    attempts.ended_at,
    attempts.is_regret,
    attempts.is_by_hand,
    attempts.call_source || '/' || attempts.call_id as call,
    attempts.command_key
from kept.attempts as attempts
left join kept.calls as calls
    on attempts.call_source = calls.source
    and attempts.call_id = calls.call_id
left join core.attempt_standings as standings
    on attempts.command_key = standings.command_key
where
    attempts.handed_out_at >= $from_at::timestamp
    and attempts.handed_out_at < $to_at::timestamp
order by
    attempts.handed_out_at,
    attempts.command_key
