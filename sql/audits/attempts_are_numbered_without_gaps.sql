-- Open episodes whose attempts are not numbered 1, 2, 3, each once, dials in order of hand-out.
-- Grain:  one row per open episode with a gap, a repeat or a dial before an earlier one
-- Reads:  kept.episodes, kept.attempts
-- Params: none
--
-- A call by hand may become known only after a dial that followed it.
with placed as (
    select
        attempts.episode_id,
        attempts.attempt_number,
        row_number() over attempts_so_far as place,
        not attempts.is_by_hand
        and attempts.handed_out_at < max(attempts.handed_out_at)
            filter (where not attempts.is_by_hand) over attempts_so_far as is_early
    from kept.attempts as attempts
    inner join kept.episodes as episodes
        on attempts.episode_id = episodes.episode_id
    where episodes.closed_at is null
    window attempts_so_far as (
        partition by attempts.episode_id
        order by attempts.attempt_number, attempts.handed_out_at, attempts.command_key
    )
),

faults as (
    select
        placed.episode_id,
        placed.attempt_number,
        case
            when placed.attempt_number != placed.place
                then
                    'attempt ' || placed.attempt_number::varchar
                    || ' stands at place ' || placed.place::varchar
            when placed.is_early
                then 'attempt ' || placed.attempt_number::varchar || ' left before an earlier one'
        end as detail
    from placed
)

select
    faults.episode_id,
    arg_min(faults.detail, faults.attempt_number) as detail
from faults
where faults.detail is not null
group by faults.episode_id
