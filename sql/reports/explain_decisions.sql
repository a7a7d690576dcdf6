-- What the runs said of the episodes of a number, change by change.
-- Grain:  one row per change of a decision
-- Reads:  kept.decisions, kept.episodes, kept.calls, kept.attempts, kept.client_hours, kept.hours,
--         settings.campaigns
-- Params: $number varchar
--
-- hours_zone: that of the calling hours of its campaign as they are now; client_zones: those of its
-- number, where they are read in them.
-- other_numbers: further numbers of the contact on which the decision rests: with which a talk or a
-- call going on was, or which stand on several contacts. Those of calls swept out are not told.
with decided as (
    select decisions.*
    from kept.decisions as decisions
    where decisions.number = $number::varchar
),

proofs as (
    select
        decided.episode_id,
        decided.run_id,
        decided.reason,
        unnest(decided.proof) as proof
    from decided
    where decided.reason in ('reached', 'on_call_now', 'duplicate')
),

numbers_of_proofs as (
    select
        proofs.episode_id,
        proofs.run_id,
        calls.number
    from proofs
    inner join kept.calls as calls
        on proofs.proof = calls.source || '/' || calls.call_id
    where proofs.reason in ('reached', 'on_call_now')
    union
    select
        proofs.episode_id,
        proofs.run_id,
        attempts.number
    from proofs
    inner join kept.episodes as episodes
        on proofs.episode_id = episodes.episode_id
    inner join kept.attempts as attempts
        on episodes.closing_call_id = attempts.command_key
    where proofs.reason = 'reached'
    union
    select
        proofs.episode_id,
        proofs.run_id,
        nullif(regexp_extract(proofs.proof, ' through (.+)$', 1), '') as number
    from proofs
    where proofs.reason = 'duplicate'
),

other_numbers as (
    select
        numbers_of_proofs.episode_id,
        numbers_of_proofs.run_id,
        list_sort(list(numbers_of_proofs.number)) as numbers
    from numbers_of_proofs
    where numbers_of_proofs.number != $number::varchar
    group by
        numbers_of_proofs.episode_id,
        numbers_of_proofs.run_id
)

select
    decided.first_run_at,
    decided.last_run_at,
    decided.campaign,
    decided.decision,
    decided.reason,
    decided.attempt_number,
    decided.attempt_count,
    decided.promised_at,
    decided.due_at,
    campaigns.hours_zone,
    hours.zones as client_zones,
    decided.proof,
    decided.also,
    decided.settings_hash,
    coalesce(other_numbers.numbers, []) as other_numbers,
    decided.episode_id
from decided
left join other_numbers
    on decided.episode_id = other_numbers.episode_id
    and decided.run_id = other_numbers.run_id
left join settings.campaigns as campaigns
    on decided.campaign = campaigns.campaign
left join kept.client_hours as client_hours
    on campaigns.hours_key = client_hours.campaign_hours_key
    and decided.number = client_hours.number
left join kept.hours as hours
    on client_hours.hours_key = hours.hours_key
order by
    decided.first_run_at,
    decided.run_id,
    decided.campaign,
    decided.episode_id
