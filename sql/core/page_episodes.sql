-- The episodes of a page: when their client was lost by the clock of its zone, and what they show.
-- Grain:  one row per episode added in the time asked for, but those that were none in the end
-- Reads:  core.episode_outcomes, kept.decisions
-- Params: $from_at timestamp, $to_at timestamp, $now timestamp, $time_zone varchar
--
-- For pages. result: won_back, in a dial of ours; self, called again and got through; otherwise, in
-- a call placed by hand or one that is gone; lost, closed by anything else; blocked and open.
-- is_due: the first promised minute came before a talk or another end. is_answered: dialled by us,
-- and reached in such a dial.
-- week: its Monday; weekday: 1 is Monday. blocked_seconds: since it is blocked, for a duplicate.
with promises as (
    select
        decisions.episode_id,
        min(decisions.promised_at) as promised_at
    from kept.decisions as decisions
    where decisions.attempt_number = 1
    group by decisions.episode_id
),

told as (
    select
        outcomes.*,
        (outcomes.added_at at time zone 'UTC') at time zone $time_zone::varchar as local_at,
        case
            when outcomes.outcome in ('won_back', 'blocked', 'open') then outcomes.outcome
            when outcomes.outcome = 'self_recovered' then 'self'
            when outcomes.outcome in ('reached_by_hand', 'reached') then 'otherwise'
            else 'lost'
        end as result,
        coalesce(
            promises.promised_at
            <= coalesce(outcomes.reached_at, outcomes.closed_at, $now::timestamp),
            false
        ) as is_promise_come
    from core.episode_outcomes as outcomes
    left join promises
        on outcomes.episode_id = promises.episode_id
    where
        outcomes.added_at >= $from_at::timestamp
        and outcomes.added_at < $to_at::timestamp
        and outcomes.outcome != 'not_dropped'
)

select
    told.episode_id,
    told.source,
    told.call_id,
    told.campaign,
    told.line,
    told.queue,
    told.local_at::date as day,
    date_trunc('week', told.local_at)::date as week,
    hour(told.local_at) as hour,
    told.outcome,
    told.result,
    told.is_promise_come or told.first_handed_out_at is not null as is_due,
    told.first_handed_out_at is not null as is_dialled,
    told.first_handed_out_at is not null and told.result = 'won_back' as is_answered,
    told.dropped_count,
    told.dial_count,
    told.regret_count,
    told.first_attempt_seconds,
    told.reached_after_seconds,
    told.blocked_by,
    case
        when told.blocked_reason = 'duplicate' then epoch($now::timestamp - told.blocked_since)
    end::bigint as blocked_seconds
from told
