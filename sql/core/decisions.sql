-- What this run says of each episode that is open or was open in it, and why.
-- Grain:  one row per open episode, and per episode that closed in this run
-- Reads:  core.plans, core.holds, kept.episodes, kept.dropped_calls, kept.decisions
-- Params: $run_id bigint
--
-- The first reason of the list that applies decides; the others that apply are kept as `also`.
-- Of two episodes of one number that could both be dialled, the older promise goes first (A7).
with first_holds as (
    select
        holds.episode_id,
        arg_min(holds.decision, holds.line_number) as decision,
        arg_min(holds.reason, holds.line_number) as reason,
        arg_min(holds.proof, holds.line_number) as proof,
        list_sort(list({'line_number': holds.line_number, 'reason': holds.reason})) as reasons
    from core.holds as holds
    group by holds.episode_id
),

dialable as (
    select
        plans.episode_id,
        plans.number,
        plans.promised_at,
        plans.dialler
    from core.plans as plans
    where
        not exists (
            select 1
            from core.holds as holds
            where holds.episode_id = plans.episode_id
        )
),

-- A campaign without a dialler hands nothing out, so it keeps no other from dialling.
ranked as (
    select
        dialable.episode_id,
        coalesce(
            count(*) filter (where dialable.dialler != 'none') over earlier_promises, 0
        ) as earlier_dial_count,
        first_value(
            case when dialable.dialler != 'none' then dialable.episode_id end ignore nulls
        ) over earlier_promises as first_episode_id
    from dialable
    window earlier_promises as (
        partition by dialable.number
        order by dialable.promised_at, dialable.episode_id
        rows between unbounded preceding and 1 preceding
    )
),

drop_proofs as (
    select
        drops.episode_id,
        list_sort(list(drops.source || '/' || drops.call_id)) as proof
    from kept.dropped_calls as drops
    inner join kept.episodes as episodes
        on drops.episode_id = episodes.episode_id
    where
        not drops.is_withdrawn
        and (episodes.closed_at is null or episodes.changed_run = $run_id::bigint)
    group by drops.episode_id
),

open_decisions as (
    select
        plans.episode_id,
        plans.campaign,
        plans.number,
        case
            when first_holds.decision is not null then first_holds.decision
            when ranked.earlier_dial_count > 0 then 'wait'
            else 'dial'
        end as decision,
        case
            when first_holds.reason is not null then first_holds.reason
            when ranked.earlier_dial_count > 0 then 'number_busy'
            else
                'attempt_' || plans.next_attempt_number::varchar
                || '_of_' || plans.attempt_count::varchar
        end as reason,
        coalesce(plans.next_attempt_number, plans.last_attempt_number) as attempt_number,
        plans.attempt_count,
        plans.promised_at,
        plans.due_at,
        case
            when len(first_holds.proof) > 0 then first_holds.proof
            when first_holds.reason is null and ranked.earlier_dial_count > 0
                then [ranked.first_episode_id]
            else coalesce(drop_proofs.proof, [])
        end as proof,
        coalesce(
            list_transform(first_holds.reasons[2:], lambda held: held.reason), []
        ) as also
    from core.plans as plans
    left join first_holds
        on plans.episode_id = first_holds.episode_id
    left join ranked
        on plans.episode_id = ranked.episode_id
    left join drop_proofs
        on plans.episode_id = drop_proofs.episode_id
),

closed_decisions as (
    select
        episodes.episode_id,
        episodes.campaign,
        episodes.number,
        'remove' as decision,
        episodes.reason,
        null::bigint as attempt_number,
        null::bigint as attempt_count,
        null::timestamp as promised_at,
        null::timestamp as due_at,
        case
            when episodes.closing_call_id is not null
                then [episodes.closing_source || '/' || episodes.closing_call_id]
            else coalesce(drop_proofs.proof, [])
        end as proof,
        []::varchar[] as also
    from kept.episodes as episodes
    left join drop_proofs
        on episodes.episode_id = drop_proofs.episode_id
    where
        episodes.closed_at is not null
        and episodes.changed_run = $run_id::bigint
        and not exists (
            select 1
            from kept.decisions as earlier
            where
                earlier.episode_id = episodes.episode_id
                and earlier.decision = 'remove'
        )
)

select * from open_decisions
union all
select * from closed_decisions
