-- Let a real call stand for the dial of a simulation that it proves: its end and its result.
-- Grain:  one row per dial with a call
-- Reads:  kept.attempts, kept.calls, kept.campaigns, core.connections
-- Params: none
--
-- What is known of it at once is all that became of it. A connection that is too short is no
-- answer.
update kept.attempts
set
    ended_at = coalesce(calls.ended_at, kept.attempts.handed_out_at),
    detail = calls.result,
    result = case
        when exists (
            select 1
            from core.connections as connections
            where
                connections.source = calls.source
                and connections.call_id = calls.call_id
                and kept.is_talk(
                    connections.talk_at,
                    coalesce(connections.over_at, connections.talk_at),
                    campaigns.min_talk_seconds
                )
        ) then 'answered'
        else 'unanswered'
    end
from kept.calls as calls
cross join kept.campaigns as campaigns
where
    kept.attempts.call_source = calls.source
    and kept.attempts.call_id = calls.call_id
    and kept.attempts.campaign = campaigns.campaign
    and kept.attempts.detail is null
