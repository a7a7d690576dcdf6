-- Calls that are new or changed in this run, with their numbers in one notation.
-- Grain:  one row per call (source, call_id) whose row differs from the kept one
-- Reads:  staging.calls, core.number_texts, raw.phone_numbers, settings.sources,
--         settings.own_numbers, settings.own_number_prefixes, settings.program, kept.calls,
--         kept.attempts
-- Params: $now timestamp, $run_id bigint, $since timestamp
--
-- A line of our own that calls us is no client, however it is written; the blocks of own numbers
-- are looked up by their lengths, so that no number meets every block. A call of Asterisk older
-- than `raw_days` is not folded anew: its earlier rows are gone, and the late ones alone tell it
-- wrong. A call that carries the key of a dial is with the client of that dial: where he is called
-- first, some phone systems write his number nowhere.
with texts as (
    -- Distinct: a source whose numbers are opaque and one of another region give the same text.
    select distinct
        number_texts.number_raw,
        case number_texts.numbers when 'opaque' then '' else number_texts.region end as region
    from core.number_texts as number_texts
),

-- Materialized: else all numbers ever read are looked through three times.
phone_numbers as materialized (
    select phone_numbers.*
    from raw.phone_numbers as phone_numbers
    inner join texts
        on phone_numbers.number_raw = texts.number_raw
        and phone_numbers.region = texts.region
),

client_numbers as (
    -- Distinct: the same caller rings again and again.
    select distinct client.e164 as number
    from staging.calls as calls
    inner join settings.sources as sources
        on calls.source = sources.source
    inner join phone_numbers as client
        on calls.number_raw = client.number_raw
        and case sources.numbers when 'opaque' then '' else sources.region end = client.region
),

prefix_lengths as (
    -- Distinct: most blocks of a company begin alike.
    select distinct length(prefixes.prefix) as prefix_length
    from settings.own_number_prefixes as prefixes
),

own_clients as (
    select own_numbers.number
    from settings.own_numbers as own_numbers
    union
    select client_numbers.number
    from client_numbers
    cross join prefix_lengths
    inner join settings.own_number_prefixes as prefixes
        on left(client_numbers.number, prefix_lengths.prefix_length) = prefixes.prefix
),

-- The key as `kept.is_key_of` takes it, in two branches, so that no call meets every dial.
dials as (
    select
        attempts.command_key as attempt_key,
        attempts.number
    from kept.attempts as attempts
    where attempts.handed_out_at >= $since::timestamp
    union
    select
        left(md5(attempts.command_key), 16) as attempt_key,
        attempts.number
    from kept.attempts as attempts
    where attempts.handed_out_at >= $since::timestamp
),

numbered as (
    select
        calls.source,
        calls.call_id,
        coalesce(calls.system, '') as system,
        calls.direction,
        case
            when dials.number is not null then dials.number
            when own_clients.number is null then client.e164
        end as number,
        calls.number_raw,
        case
            when dials.number is not null then 'valid'
            when own_clients.number is not null then 'own'
            else coalesce(client.number_class, 'withheld')
        end as number_class,
        coalesce(line.e164, nullif(calls.dialled_number, '')) as dialled_number,
        nullif(calls.queue, '') as queue,
        nullif(calls.menu, '') as menu,
        calls.started_at,
        calls.wait_began_at,
        calls.connected_at,
        coalesce(calls.last_connected_at, calls.connected_at) as last_connected_at,
        calls.talk_ended_at,
        calls.ended_at,
        calls.last_place,
        calls.end_reason,
        calls.result,
        nullif(calls.attempt_key, '') as attempt_key,
        calls.known_at,
        sources.kind = 'asterisk' as is_folded
    from staging.calls as calls
    inner join settings.sources as sources
        on calls.source = sources.source
    left join phone_numbers as client
        on calls.number_raw = client.number_raw
        and case sources.numbers when 'opaque' then '' else sources.region end = client.region
    left join phone_numbers as line
        on calls.dialled_number = line.number_raw
        and case sources.numbers when 'opaque' then '' else sources.region end = line.region
        and line.number_class in ('valid', 'possible', 'opaque')
    left join own_clients
        on client.e164 = own_clients.number
    left join dials
        on calls.attempt_key = dials.attempt_key
        and calls.direction = 'out'
),

kept as (
    select calls.*
    from kept.calls as calls
    where calls.started_at >= $since::timestamp
)

select
    numbered.* exclude (is_folded),
    coalesce(kept.first_seen_at, $now::timestamp) as first_seen_at,
    $run_id::bigint as changed_run,
    kept.number as previous_number
from numbered
cross join settings.program as program
left join kept
    on numbered.source = kept.source
    and numbered.call_id = kept.call_id
where
    kept.call_id is null
    or (
        not numbered.is_folded
        or kept.started_at >= $now::timestamp - program.raw_days * interval '1 day'
    )
    and row(
        numbered.system, numbered.direction, numbered.number, numbered.number_raw,
        numbered.number_class, numbered.dialled_number, numbered.queue, numbered.menu,
        numbered.started_at, numbered.wait_began_at, numbered.connected_at,
        numbered.last_connected_at, numbered.talk_ended_at, numbered.ended_at,
        numbered.last_place, numbered.end_reason, numbered.result, numbered.attempt_key
    ) is distinct from row(
        kept.system, kept.direction, kept.number, kept.number_raw,
        kept.number_class, kept.dialled_number, kept.queue, kept.menu,
        kept.started_at, kept.wait_began_at, kept.connected_at,
        kept.last_connected_at, kept.talk_ended_at, kept.ended_at,
        kept.last_place, kept.end_reason, kept.result, kept.attempt_key
    )
