-- Hand out the dials of a simulation, each over at once and not answered.
-- Grain:  one row per dial
-- Reads:  core.simulated_turns, core.limit_counts
-- Params: none
insert into kept.attempts by name
select
    'dial|' || dials.episode_id || '|' || dials.attempt_number::varchar
    || case when dials.redial_number > 0 then '.' || dials.redial_number::varchar else '' end
        as command_key,
    dials.episode_id,
    dials.attempt_number,
    dials.redial_number,
    dials.campaign,
    dials.number,
    dials.dialled_at as handed_out_at,
    dials.dialled_at as ended_at,
    'unanswered' as result,
    false as is_matched_by_key,
    false as is_regret,
    false as is_by_hand,
    0 as changed_run
from core.simulated_turns as dials
where
    not exists (
        select 1
        from core.limit_counts as limit_counts
        where limit_counts.episode_id = dials.episode_id and limit_counts.room <= 0
    )
order by
    dials.dialled_at,
    dials.episode_id
