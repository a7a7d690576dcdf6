-- Open episodes whose attempts are not numbered 1, 2, 3, each once, and their redials likewise,
-- dials in order of hand-out.
-- Grain:  one row per open episode with a gap, a repeat or a dial before an earlier one
-- Reads:  kept.episodes, kept.attempts
-- Params: none
--
-- A call by hand may become known only after a dial that followed it.
with placed as (
    select
        attempts.episode_id,
        attempts.attempt_number,
        attempts.redial_number,
        count(*) filter (where attempts.redial_number = 0) over attempts_so_far as place,
        row_number() over (
            partition by attempts.episode_id, attempts.attempt_number
            order by attempts.redial_number, attempts.handed_out_at, attempts.command_key
        ) - 1 as redial_place,
        not attempts.is_by_hand
        and attempts.handed_out_at < max(attempts.handed_out_at)
            filter (where not attempts.is_by_hand) over attempts_so_far as is_early
    from kept.attempts as attempts
    inner join kept.episodes as episodes
        on attempts.episode_id = episodes.episode_id
    where episodes.closed_at is null
    window attempts_so_far as (
        partition by attempts.episode_id
        order by
            attempts.attempt_number,
            attempts.redial_number,
            attempts.handed_out_at,
            attempts.command_key
        rows between unbounded preceding and current row
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
            when placed.redial_number != placed.redial_place
                then
                    'redial ' || placed.redial_number::varchar
                    || ' of attempt ' || placed.attempt_number::varchar
                    || ' stands at place ' || placed.redial_place::varchar
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
