-- The run that is to be decided again, and the one before it; where there is none, those nearby.
-- Grain:  one row
-- Reads:  temp.past_runs
-- Params: $at timestamp, $run_id bigint
--
-- That of the number, else of the minute of the instant: of several the last one up to the instant,
-- else the first one behind it. is_published_whole: whether all that runs before it had changed was
-- published when it began, and its own when the next one began. Before has_unpublished was kept, a
-- run that has come to its end is taken for one that has published. first_run_id, first_at: the
-- oldest run that is known.
with asked as (
    select runs.*
    from temp.past_runs as runs
    where
        case
            when $run_id::bigint is not null then runs.run_id = $run_id::bigint
            else date_trunc('minute', runs.run_at) = date_trunc('minute', $at::timestamp)
        end
),

chosen as (
    select asked.*
    from asked
    qualify row_number() over (
        order by
            asked.run_at > $at::timestamp,
            case when asked.run_at > $at::timestamp then asked.run_at end,
            asked.run_at desc,
            asked.run_id desc
    ) = 1
),

previous as (
    select runs.*
    from temp.past_runs as runs
    where
        runs.run_id = (
            select max(earlier.run_id)
            from temp.past_runs as earlier
            inner join chosen
                on earlier.run_id < chosen.run_id
        )
),

next_run as (
    select runs.*
    from temp.past_runs as runs
    where
        runs.run_id = (
            select min(later.run_id)
            from temp.past_runs as later
            inner join chosen
                on later.run_id > chosen.run_id
        )
),

nearby as (
    select
        min(runs.run_id) as first_run_id,
        min(runs.run_at) as first_at,
        max(runs.run_at) filter (where runs.run_at <= $at::timestamp) as before_at,
        min(runs.run_at) filter (where runs.run_at > $at::timestamp) as after_at
    from temp.past_runs as runs
)

select
    chosen.run_id,
    chosen.run_at,
    chosen.settings_hash,
    chosen.version,
    chosen.unread,
    coalesce(chosen.is_clock_back, false) as is_clock_back,
    chosen.outcome is not distinct from 'idle' as is_idle,
    previous.run_id as previous_run_id,
    previous.run_at as previous_at,
    not coalesce(
        chosen.has_unpublished, previous.run_id is not null and previous.ended_at is null
    )
    and not coalesce(
        next_run.has_unpublished, next_run.run_id is not null and chosen.ended_at is null
    ) as is_published_whole,
    nearby.first_run_id,
    nearby.first_at,
    nearby.before_at,
    nearby.after_at
from nearby
left join chosen
    on true
left join previous
    on true
left join next_run
    on true
