-- What this run says of each episode that is open or was open in it, and why.
-- Grain:  one row per open episode, and per episode that closed in this run
-- Reads:  core.plans, core.holds, core.turns, core.limit_counts, core.listed_numbers,
--         core.hours_now, kept.episodes, kept.dropped_calls, kept.decisions
-- Params: $run_id bigint
--
-- The first reason of the list that applies decides; the others that apply are kept as `also`.
-- What nothing holds is dialled in its turn; a dial to the same number whose turn came before is a
-- reason before all limits. A limit that is reached moves the due instant to when
-- it lets the next dial leave, closed hours to when they open. What proves `do_not_call` are the
-- lists.
with first_holds as (
    select
        holds.episode_id,
        arg_min(holds.decision, holds.line_number) as decision,
        arg_min(holds.proof, holds.line_number) as proof,
        list_transform(
            list_sort(list({'line_number': holds.line_number, 'reason': holds.reason})),
            lambda held: held.reason
        ) as reasons
    from core.holds as holds
    group by holds.episode_id
),

reasons as (
    select
        plans.episode_id,
        turns.is_dialled and first_holds.episode_id is null as is_dialled,
        coalesce(first_holds.decision, 'wait') as decision,
        list_concat(
            case when turns.reason = 'number_busy' then ['number_busy'] else [] end,
            first_holds.reasons,
            list_filter(
                list_prepend(turns.reason, turns.also),
                lambda reason:
                reason != 'number_busy'
                and not list_contains(coalesce(first_holds.reasons, []), reason)
            )
        ) as reasons,
        case
            when turns.reason = 'number_busy' or first_holds.episode_id is null then turns.proof
            else first_holds.proof
        end as proof
    from core.plans as plans
    left join first_holds
        on plans.episode_id = first_holds.episode_id
    left join core.turns as turns
        on plans.episode_id = turns.episode_id
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
        case when reasons.is_dialled then 'dial' else reasons.decision end as decision,
        case
            when reasons.is_dialled
                then
                    'attempt_' || plans.next_attempt_number::varchar
                    || '_of_' || plans.attempt_count::varchar
                    || case
                        when plans.next_redial_number > 0
                            then '_redial_' || plans.next_redial_number::varchar
                        else ''
                    end
            else reasons.reasons[1]
        end as reason,
        coalesce(plans.next_attempt_number, plans.last_attempt_number) as attempt_number,
        plans.next_redial_number as redial_number,
        plans.attempt_count,
        plans.promised_at,
        case
            when reasons.reasons[1] = 'limit' then coalesce(limit_ends.free_at, plans.due_at)
            when reasons.reasons[1] = 'outside_hours' then hours_now.changes_at
            else plans.due_at
        end as due_at,
        case when len(reasons.proof) > 0 then reasons.proof else coalesce(drop_proofs.proof, []) end
            as proof,
        reasons.reasons[2:] as also
    from core.plans as plans
    inner join reasons
        on plans.episode_id = reasons.episode_id
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
