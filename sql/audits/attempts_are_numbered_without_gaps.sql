-- Open episodes whose attempts are not numbered 1, 2, 3, each once, in the order of their hand-out.
-- Grain:  one row per open episode with a gap or a repeat
-- Reads:  kept.episodes, kept.attempts
-- Params: none
with placed as (
    select
        attempts.episode_id,
        attempts.attempt_number,
        row_number() over (
            partition by attempts.episode_id
            order by attempts.handed_out_at, attempts.attempt_number, attempts.command_key
        ) as place
    from kept.attempts as attempts
    inner join kept.episodes as episodes
        on attempts.episode_id = episodes.episode_id
    where episodes.closed_at is null
)

select
    placed.episode_id,
    'attempt ' || min(placed.attempt_number)::varchar || ' stands at place '
    || min(placed.place)::varchar as detail
from placed
where placed.attempt_number != placed.place
group by placed.episode_id
