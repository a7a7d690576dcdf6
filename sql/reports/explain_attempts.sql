-- The attempts made to a number, with the call seen of each and its result.
-- Grain:  one row per attempt
-- Reads:  core.attempt_standings, kept.attempts, kept.calls
-- Params: $number varchar
select
    attempts.handed_out_at,
    attempts.campaign,
    attempts.attempt_number,
    attempts.redial_number,
    coalesce(attempts.result, standings.standing) as result,
    attempts.detail,
    standings.reported_event,
    standings.reported_at,
    attempts.call_source || '/' || attempts.call_id as call,
    calls.started_at as call_started_at,
    calls.connected_at as call_connected_at,
    attempts.ended_at,
    attempts.is_matched_by_key,
    attempts.is_regret,
    attempts.is_by_hand,
    attempts.command_key,
    attempts.episode_id
from kept.attempts as attempts
left join kept.calls as calls
    on attempts.call_source = calls.source
    and attempts.call_id = calls.call_id
left join core.attempt_standings as standings
    on attempts.command_key = standings.command_key
where attempts.number = $number::varchar
order by
    attempts.handed_out_at,
    attempts.command_key
