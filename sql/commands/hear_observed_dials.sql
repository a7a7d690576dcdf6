-- Let the talk of a dial of the campaign close its episode, whatever `remove_on` says (A11).
-- Grain:  one row per open episode with such a talk before any other one
-- Reads:  kept.attempts, core.connections, kept.episodes
-- Params: none
update kept.episodes
set
    cut_at = heard.talk_at,
    closing_source = heard.source,
    closing_call_id = heard.call_id
from (
    select
        attempts.episode_id,
        min(connections.talk_at) as talk_at,
        arg_min(connections.source, connections.talk_at) as source,
        arg_min(connections.call_id, connections.talk_at) as call_id
    from kept.attempts as attempts
    inner join core.connections as connections
        on attempts.call_source = connections.source
        and attempts.call_id = connections.call_id
    where attempts.result = 'answered' and connections.talk_at >= attempts.handed_out_at
    group by attempts.episode_id
) as heard
where
    kept.episodes.episode_id = heard.episode_id
    and kept.episodes.closed_at is null
    and (kept.episodes.cut_at is null or heard.talk_at < kept.episodes.cut_at)
