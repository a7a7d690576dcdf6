-- Clients who are not called back because of the directory: since when, and what it costs.
-- Grain:  one row per blocked episode added in the time asked for
-- Reads:  core.episode_outcomes, ops.runs
-- Params: $from_at timestamp, $to_at timestamp
--
-- reason: duplicate, the number stands on two or more contacts; not_in_directory, where unknown
-- callers are blocked. contacts: on which it stands, one of them has to go. age: hours since it was
-- blocked, to the last run. dropped: dropped calls of that client that wait, the price of it;
-- waited: in all of them together. The oldest stands first. Nothing is merged or chosen by the
-- program.
with last_run as (
    select max(runs.run_at) as run_at
    from ops.runs as runs
)

select
    outcomes.blocked_since as blocked_at,
    round(
        epoch(last_run.run_at - outcomes.blocked_since) / epoch(interval '1 hour'), 1
    ) as age_hours,
    outcomes.number,
    outcomes.campaign,
    outcomes.blocked_reason as reason,
    outcomes.blocked_by as contacts,
    outcomes.dropped_count,
    outcomes.all_waited_seconds as waited_seconds,
    outcomes.added_at,
    outcomes.episode_id
from core.episode_outcomes as outcomes
cross join last_run
where
    outcomes.outcome = 'blocked'
    and outcomes.added_at >= $from_at::timestamp
    and outcomes.added_at < $to_at::timestamp
order by
    outcomes.blocked_since,
    outcomes.episode_id
