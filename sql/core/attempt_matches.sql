-- The next outgoing call of each number that proves a handed-out dial, and which dial (A15).
-- Grain:  one row per number with a call and a dial still to be matched
-- Reads:  kept.attempts, kept.calls, kept.campaigns, settings.program
-- Params: $since timestamp
--
-- A call that carries a key proves the dial of that key and no other. A call without one proves the
-- earliest dial to its number whose window it starts in. One call, one attempt; earliest to
-- earliest: so the pipeline repeats this until no pair is left.
with attempts as (
    select
        attempts.command_key,
        attempts.number,
        attempts.handed_out_at,
        attempts.handed_out_at
        - program.clock_tolerance_seconds * interval '1 second' as window_from,
        attempts.handed_out_at
        + campaigns.confirm_within_minutes * interval '1 minute' as window_to
    from kept.attempts as attempts
    cross join settings.program as program
    inner join kept.campaigns as campaigns
        on attempts.campaign = campaigns.campaign
    where
        attempts.call_id is null
        and attempts.result is distinct from 'refused'
        and attempts.handed_out_at >= $since::timestamp
),

outgoing_calls as (
    select
        calls.source,
        calls.call_id,
        calls.number,
        calls.number_raw,
        calls.started_at,
        calls.attempt_key
    from kept.calls as calls
    where
        calls.direction = 'out'
        and calls.started_at >= $since::timestamp
        and not exists (
            select 1
            from kept.attempts as matched
            where
                matched.call_source = calls.source
                and matched.call_id = calls.call_id
        )
),

-- A tag of the form NUMBER/ATTEMPT names the attempt but not the episode: its time has to fit too.
-- The attempt is the one of the command, also when its episode has been counted anew since.
pairs as (
    select
        attempts.command_key,
        attempts.number,
        attempts.handed_out_at,
        outgoing_calls.source,
        outgoing_calls.call_id,
        outgoing_calls.started_at,
        outgoing_calls.attempt_key is not null as is_matched_by_key
    from attempts
    inner join outgoing_calls
        on attempts.number = outgoing_calls.number
        and outgoing_calls.started_at >= attempts.window_from
        and outgoing_calls.started_at <= attempts.window_to
        and (
            outgoing_calls.attempt_key is null
            or kept.is_tag_of(
                outgoing_calls.attempt_key,
                attempts.command_key,
                outgoing_calls.number,
                outgoing_calls.number_raw
            )
        )
    union
    select
        attempts.command_key,
        attempts.number,
        attempts.handed_out_at,
        outgoing_calls.source,
        outgoing_calls.call_id,
        outgoing_calls.started_at,
        true as is_matched_by_key
    from attempts
    inner join outgoing_calls
        on kept.is_key_of(outgoing_calls.attempt_key, attempts.command_key)
)

select
    pairs.command_key,
    pairs.source as call_source,
    pairs.call_id,
    pairs.is_matched_by_key
from pairs
qualify row_number() over (
    partition by pairs.number
    order by
        pairs.is_matched_by_key desc,
        pairs.started_at,
        pairs.source,
        pairs.call_id,
        pairs.handed_out_at,
        pairs.command_key
) = 1
