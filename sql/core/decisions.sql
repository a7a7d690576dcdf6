-- What this run says of each episode that is open or was open in it, and why.
-- Grain:  one row per open episode, and per episode that closed in this run
-- Reads:  core.plans, core.holds, core.turns, core.limit_counts, core.listed_numbers,
--         core.hours_now, kept.episodes, kept.dropped_calls, kept.decisions
-- Params: $run_id bigint
--
-- The first reason of the list that applies decides; the others that apply are kept as `also`.
-- What nothing holds is dialled in its turn. A limit that is reached moves the due instant to when
-- it lets the next dial leave, closed hours to when they open. What proves `do_not_call` are the
-- lists.
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

limit_ends as (
    select
        limit_counts.episode_id,
        max(limit_counts.free_at) as free_at
    from core.limit_counts as limit_counts
    group by limit_counts.episode_id
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
            when turns.is_dialled then 'dial'
            else 'wait'
        end as decision,
        case
            when first_holds.reason is not null then first_holds.reason
            when turns.is_dialled
                then
                    'attempt_' || plans.next_attempt_number::varchar
                    || '_of_' || plans.attempt_count::varchar
                    || case
                        when plans.next_redial_number > 0
                            then '_redial_' || plans.next_redial_number::varchar
                        else ''
                    end
            else turns.reason
        end as reason,
        coalesce(plans.next_attempt_number, plans.last_attempt_number) as attempt_number,
        plans.next_redial_number as redial_number,
        plans.attempt_count,
        plans.promised_at,
        case
            when first_holds.reason = 'limit' then limit_ends.free_at
            when first_holds.reason = 'outside_hours' then hours_now.changes_at
            else plans.due_at
        end as due_at,
        case
            when len(first_holds.proof) > 0 then first_holds.proof
            when first_holds.reason is null and len(turns.proof) > 0 then turns.proof
            else coalesce(drop_proofs.proof, [])
        end as proof,
        coalesce(
            list_transform(first_holds.reasons[2:], lambda held: held.reason), turns.also, []
        ) as also
    from core.plans as plans
    left join first_holds
        on plans.episode_id = first_holds.episode_id
    left join core.turns as turns
        on plans.episode_id = turns.episode_id
    left join limit_ends
        on plans.episode_id = limit_ends.episode_id
    left join drop_proofs
        on plans.episode_id = drop_proofs.episode_id
    left join core.hours_now as hours_now
        on plans.hours_key = hours_now.hours_key
),

closed_decisions as (
    select
        episodes.episode_id,
        episodes.campaign,
        episodes.number,
        'remove' as decision,
        episodes.reason,
        null::bigint as attempt_number,
        null::bigint as redial_number,
        null::bigint as attempt_count,
        null::timestamp as promised_at,
        null::timestamp as due_at,
        case
            when episodes.closing_call_id is not null
                then [episodes.closing_source || '/' || episodes.closing_call_id]
            when episodes.reason = 'do_not_call' and listed.lists is not null
                then list_transform(listed.lists, lambda list_name: list_name || '/do_not_call')
            else coalesce(drop_proofs.proof, [])
        end as proof,
        []::varchar[] as also
    from kept.episodes as episodes
    left join drop_proofs
        on episodes.episode_id = drop_proofs.episode_id
    left join core.listed_numbers as listed
        on episodes.number = listed.number
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
