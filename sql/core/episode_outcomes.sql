-- What each episode came to: the client recovered, when and through whom, or why not.
-- Grain:  one row per episode
-- Reads:  kept.episodes, kept.calls, kept.attempts, kept.decisions, core.told_drops,
--         core.later_talks
-- Params: none
--
-- For readers; no run needs it. outcome of a talk that closed it: self_recovered, the client called
-- again and got through; won_back, in a dial of ours (reached_attempt_number: of which attempt,
-- none where it was a dial of another episode); reached_by_hand, in an outgoing call that somebody
-- else placed; reached, where nothing tells any more which. Else the reason of its closing, or
-- blocked or open.
-- is_recoverable: there was somebody to call back; not where the call turned out to be no dropped
-- one, the number is not to be called, or campaign or person ended it.
-- talked_at: the first talk after the drop, also one that came after another closing or that
-- `remove_on` leaves out; talked_direction: in, the client called. talked_later_at: the last talk
-- after a closing that was none. attempt_count: steps of the
-- ladder made, those counted from calls by hand too; dial_count: dials handed out, redials too.
-- waited_seconds: in the dropped call that opened it; all_waited_seconds: in all of its calls.
-- blocked_since and blocked_by (contacts): while open; is_blocked: then, or when it closed.
with opening_drops as (
    -- Distinct: a call is one dropped call, whatever is read of it.
    select
        told_drops.source,
        told_drops.call_id,
        any_value(told_drops.kind) as kind,
        any_value(told_drops.waited_seconds) as waited_seconds
    from core.told_drops as told_drops
    group by
        told_drops.source,
        told_drops.call_id
),

drops as (
    select
        told_drops.episode_id,
        count(*) as dropped_count,
        sum(told_drops.waited_seconds)::bigint as waited_seconds
    from core.told_drops as told_drops
    where not told_drops.is_withdrawn and told_drops.episode_id is not null
    group by told_drops.episode_id
),

attempts as (
    select
        attempts.episode_id,
        count(*) filter (where attempts.redial_number = 0) as attempt_count,
        count(*) filter (where not attempts.is_by_hand) as dial_count,
        count(*) filter (where attempts.is_regret) as regret_count,
        min(attempts.handed_out_at) filter (
            where not attempts.is_by_hand and attempts.result is distinct from 'refused'
        ) as first_handed_out_at
    from kept.attempts as attempts
    group by attempts.episode_id
),

-- What tells that a talk was that of a dial: its call, or what the dialler reported.
proofs as (
    select
        attempts.call_source as source,
        attempts.call_id,
        attempts.episode_id,
        attempts.attempt_number,
        attempts.is_by_hand
    from kept.attempts as attempts
    where attempts.call_id is not null
    union all
    select
        null as source,
        attempts.command_key as call_id,
        attempts.episode_id,
        attempts.attempt_number,
        attempts.is_by_hand
    from kept.attempts as attempts
),

reached as (
    select
        episodes.episode_id,
        bool_or(proofs.call_id is not null and not proofs.is_by_hand) as is_by_dial,
        min(proofs.attempt_number) filter (
            where proofs.episode_id = episodes.episode_id and not proofs.is_by_hand
        ) as attempt_number,
        any_value(calls.direction) as direction
    from kept.episodes as episodes
    left join kept.calls as calls
        on episodes.closing_source = calls.source
        and episodes.closing_call_id = calls.call_id
    left join proofs
        on episodes.closing_call_id = proofs.call_id
        and episodes.closing_source = coalesce(proofs.source, episodes.closing_source)
    where episodes.reason = 'reached'
    group by episodes.episode_id
),

blocked as (
    select
        decisions.episode_id,
        any_value(decisions.reason) as reason,
        any_value(decisions.proof) as proof
    from kept.decisions as decisions
    where decisions.last_run_at is null and decisions.decision = 'blocked'
    group by decisions.episode_id
),

told as (
    select
        episodes.*,
        case
            when episodes.closed_at is null and episodes.blocked_since is not null then 'blocked'
            when episodes.closed_at is null then 'open'
            when episodes.reason != 'reached' then episodes.reason
            when reached.is_by_dial then 'won_back'
            when reached.direction = 'in' then 'self_recovered'
            when reached.direction = 'out' then 'reached_by_hand'
            else 'reached'
        end as outcome,
        reached.attempt_number as reached_attempt_number,
        case when episodes.reason = 'reached' then episodes.cut_at end as reached_at,
        coalesce(
            case when episodes.reason = 'reached' then episodes.cut_at end,
            later_talks.talk_at
        ) as talked_at,
        coalesce(
            case
                when reached.is_by_dial then 'out'
                else reached.direction
            end,
            later_talks.direction
        ) as talked_direction,
        case
            when later_talks.last_talk_at > episodes.closed_at then later_talks.last_talk_at
        end as talked_later_at
    from kept.episodes as episodes
    left join reached
        on episodes.episode_id = reached.episode_id
    left join core.later_talks as later_talks
        on episodes.episode_id = later_talks.episode_id
)

select
    told.episode_id,
    told.opening_source as source,
    told.opening_call_id as call_id,
    told.campaign,
    told.number,
    calls.dialled_number as line,
    calls.queue,
    calls.menu,
    opening_drops.kind,
    told.outcome,
    told.reason,
    told.talked_direction,
    case when told.outcome = 'blocked' then blocked.reason end as blocked_reason,
    case
        when told.outcome = 'blocked' and blocked.reason = 'duplicate' then blocked.proof
        else []
    end as blocked_by,
    opening_drops.waited_seconds,
    drops.waited_seconds as all_waited_seconds,
    coalesce(drops.dropped_count, 0) as dropped_count,
    coalesce(attempts.attempt_count, 0) as attempt_count,
    coalesce(attempts.dial_count, 0) as dial_count,
    coalesce(attempts.regret_count, 0) as regret_count,
    told.reached_attempt_number,
    told.outcome not in ('not_dropped', 'do_not_call', 'campaign_ended', 'closed_by_hand')
        as is_recoverable,
    told.blocked_since is not null as is_blocked,
    epoch(told.reached_at - told.added_at)::bigint as reached_after_seconds,
    epoch(told.talked_at - told.added_at)::bigint as talked_after_seconds,
    epoch(attempts.first_handed_out_at - told.added_at)::bigint as first_attempt_seconds,
    told.added_at,
    attempts.first_handed_out_at,
    told.reached_at,
    told.talked_at,
    told.talked_later_at,
    case when told.outcome = 'blocked' then told.blocked_since end as blocked_since,
    told.closed_at
from told
left join kept.calls as calls
    on told.opening_source = calls.source
    and told.opening_call_id = calls.call_id
left join opening_drops
    on told.opening_source = opening_drops.source
    and told.opening_call_id = opening_drops.call_id
left join drops
    on told.episode_id = drops.episode_id
left join attempts
    on told.episode_id = attempts.episode_id
left join blocked
    on told.episode_id = blocked.episode_id
