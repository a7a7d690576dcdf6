-- What an operator and an auditor need to know of each episode that has a command in this run.
-- Grain:  one row per episode decided dial or remove
-- Reads:  core.decisions, core.directory, core.contact_duplicates, settings.campaigns,
--         settings.program, kept.campaigns,
--         kept.episodes, kept.dropped_calls, kept.calls, kept.attempts, kept.commands
-- Params: $now timestamp, $since timestamp
--
-- waited_seconds is the longest wait of the dropped calls; line and queue are those of the last
-- one; last_talk_at is looked for in the calls of `last_talk_days`, for to look further costs the
-- whole history. Of a call with several connections the last one is looked at.
-- A remove names the contact of the episode's last dial, or the present one where there was none
-- (A14).
with wanted as (
    select
        decisions.*,
        episodes.added_at,
        episodes.closed_at,
        episodes.opening_source,
        episodes.opening_call_id,
        episodes.closing_source,
        episodes.closing_call_id
    from core.decisions as decisions
    inner join kept.episodes as episodes
        on decisions.episode_id = episodes.episode_id
    where decisions.decision in ('dial', 'remove')
),

drops as (
    select
        dropped_calls.episode_id,
        count(*) as dropped_count,
        max(dropped_calls.waited_seconds) as waited_seconds,
        max({
            'dropped_at': dropped_calls.dropped_at,
            'call_id': dropped_calls.call_id,
            'line': calls.dialled_number,
            'queue': calls.queue
        }) as last_drop
    from kept.dropped_calls as dropped_calls
    inner join wanted
        on dropped_calls.episode_id = wanted.episode_id
    left join kept.calls as calls
        on dropped_calls.source = calls.source
        and dropped_calls.call_id = calls.call_id
        and calls.started_at >= $since::timestamp
    where not dropped_calls.is_withdrawn
    group by dropped_calls.episode_id
),

last_talks as (
    select
        wanted.episode_id,
        max(calls.last_connected_at) as last_talk_at
    from kept.calls as calls
    inner join wanted
        on calls.number = wanted.number
    left join kept.campaigns as campaigns
        on wanted.campaign = campaigns.campaign
    where
        calls.connected_at is not null
        and calls.direction != 'internal'
        and calls.started_at >= (
            select $now::timestamp - max(program.last_talk_days) * interval '1 day'
            from settings.program as program
        )
        and kept.is_talk(
            calls.last_connected_at,
            coalesce(calls.talk_ended_at, calls.ended_at, $now::timestamp),
            campaigns.min_talk_seconds
        )
    group by wanted.episode_id
),

-- A dial carried over with its dropped call is the new episode's; its command keeps its key.
last_dials as (
    select
        attempts.episode_id,
        max({
            'sequence': commands.sequence,
            'contact_id': json_extract_string(commands.payload, '$.contact_id')
        }) as last_dial,
        count(*) as dial_count
    from kept.attempts as attempts
    inner join wanted
        on attempts.episode_id = wanted.episode_id
    inner join kept.commands as commands
        on attempts.command_key = commands.command_key
        and attempts.handed_out_at = commands.offered_at
    group by attempts.episode_id
),

-- Whose a duplicate is nobody knows, also where it is one through another number of the contact.
contacts as (
    select
        wanted.episode_id,
        directory.contact_id,
        directory.contact_name
    from wanted
    inner join core.directory as directory
        on wanted.number = directory.number
    where
        directory.contact_count = 1
        and not exists (
            select 1
            from core.contact_duplicates as contact_duplicates
            inner join settings.campaigns as campaigns
                on campaigns.duplicate_scope = 'contact'
            where
                contact_duplicates.number = wanted.number
                and campaigns.campaign = wanted.campaign
        )
),

-- The number with which the closing talk was, where it is another one of the contact.
talked_numbers as (
    select
        wanted.episode_id,
        calls.number as talked_number
    from wanted
    inner join kept.calls as calls
        on wanted.closing_source = calls.source
        and wanted.closing_call_id = calls.call_id
    where calls.number != wanted.number and calls.started_at >= $since::timestamp
    union
    select
        wanted.episode_id,
        attempts.number as talked_number
    from wanted
    inner join kept.attempts as attempts
        on wanted.closing_call_id = attempts.command_key
    where attempts.number != wanted.number
)

select
    wanted.episode_id,
    wanted.decision,
    wanted.campaign,
    wanted.number,
    wanted.reason,
    wanted.attempt_number,
    wanted.redial_number,
    wanted.attempt_count,
    wanted.promised_at,
    wanted.due_at,
    wanted.proof,
    wanted.added_at,
    wanted.closed_at,
    coalesce(drops.dropped_count, 0) as dropped_count,
    drops.waited_seconds,
    drops.last_drop['line'] as line,
    drops.last_drop['queue'] as queue,
    last_talks.last_talk_at,
    talked_numbers.talked_number,
    contacts.contact_id,
    contacts.contact_name,
    coalesce(last_dials.dial_count, 0) > 0 as has_dials,
    last_dials.last_dial['contact_id'] as dialled_contact_id
from wanted
left join drops
    on wanted.episode_id = drops.episode_id
left join last_talks
    on wanted.episode_id = last_talks.episode_id
left join contacts
    on wanted.episode_id = contacts.episode_id
left join talked_numbers
    on wanted.episode_id = talked_numbers.episode_id
left join last_dials
    on wanted.episode_id = last_dials.episode_id
