-- The calls that were counted where a limit held a dial to a number.
-- Grain:  one row per decision with the reason limit and call that proves it
-- Reads:  kept.decisions, kept.calls, kept.attempts
-- Params: $number varchar
--
-- What was swept out of the state, and a dial of the same run to another number of the contact, is
-- not told.
with proofs as (
    select
        decisions.episode_id,
        decisions.first_run_at,
        unnest(decisions.proof) as proof
    from kept.decisions as decisions
    where decisions.number = $number::varchar and decisions.reason = 'limit'
),

attempts_of_proofs as (
    select
        proofs.episode_id,
        proofs.first_run_at,
        proofs.proof,
        attempts.number,
        attempts.handed_out_at,
        attempts.campaign,
        attempts.attempt_number
    from proofs
    inner join kept.attempts as attempts
        on proofs.proof in (
            attempts.command_key, attempts.call_source || '/' || attempts.call_id
        )
),

calls_of_proofs as (
    select
        proofs.episode_id,
        proofs.first_run_at,
        proofs.proof,
        calls.number,
        calls.started_at,
        calls.attempt_key
    from proofs
    inner join kept.calls as calls
        on proofs.proof = calls.source || '/' || calls.call_id
    where calls.direction = 'out'
)

select
    proofs.episode_id,
    proofs.first_run_at,
    proofs.proof,
    coalesce(calls_of_proofs.started_at, attempts_of_proofs.handed_out_at) as called_at,
    coalesce(calls_of_proofs.number, attempts_of_proofs.number) as number,
    attempts_of_proofs.campaign,
    attempts_of_proofs.attempt_number,
    calls_of_proofs.attempt_key
from proofs
left join calls_of_proofs
    on proofs.episode_id = calls_of_proofs.episode_id
    and proofs.first_run_at = calls_of_proofs.first_run_at
    and proofs.proof = calls_of_proofs.proof
left join attempts_of_proofs
    on proofs.episode_id = attempts_of_proofs.episode_id
    and proofs.first_run_at = attempts_of_proofs.first_run_at
    and proofs.proof = attempts_of_proofs.proof
where coalesce(calls_of_proofs.started_at, attempts_of_proofs.handed_out_at) is not null
order by
    proofs.first_run_at,
    proofs.episode_id,
    called_at,
    proofs.proof
