-- The dial commands of this run, complete as a dialler gets them.
-- Grain:  one row per episode decided dial whose campaign has a dialler
-- Reads:  core.episode_facts, core.hours_now, kept.client_hours, settings.campaigns
-- Params: $now timestamp
--
-- A dialler must not place it when the calling hours are over.
with keyed as (
    select
        facts.*,
        campaigns.dialler as sink,
        least(
            $now::timestamp + campaigns.confirm_within_minutes * interval '1 minute',
            hours_now.changes_at
        ) as expires_at,
        'dial|' || facts.episode_id || '|' || facts.attempt_number::varchar
        || case
            when facts.redial_number > 0 then '.' || facts.redial_number::varchar else ''
        end as command_key
    from core.episode_facts as facts
    inner join settings.campaigns as campaigns
        on facts.campaign = campaigns.campaign
    left join kept.client_hours as client_hours
        on campaigns.hours_key = client_hours.campaign_hours_key
        and facts.number = client_hours.number
    left join core.hours_now as hours_now
        on coalesce(client_hours.hours_key, campaigns.hours_key) = hours_now.hours_key
    where facts.decision = 'dial' and campaigns.dialler != 'none'
)

select
    keyed.command_key,
    keyed.campaign,
    keyed.number,
    keyed.episode_id,
    keyed.attempt_number,
    keyed.redial_number,
    keyed.sink,
    keyed.promised_at,
    json_object(
        'version', 1,
        'command', 'dial',
        'key', keyed.command_key,
        'key_digest', left(md5(keyed.command_key), 16),
        'number', keyed.number,
        'contact_id', keyed.contact_id,
        'contact_name', keyed.contact_name,
        'campaign', keyed.campaign,
        'attempt', keyed.attempt_number,
        'redial', keyed.redial_number,
        'attempts', keyed.attempt_count,
        'added_at', strftime(keyed.added_at, '%Y-%m-%dT%H:%M:%SZ'),
        'promised_at', strftime(keyed.promised_at, '%Y-%m-%dT%H:%M:%SZ'),
        'due_at', strftime(keyed.due_at, '%Y-%m-%dT%H:%M:%SZ'),
        'issued_at', strftime($now::timestamp, '%Y-%m-%dT%H:%M:%SZ'),
        'expires_at', strftime(keyed.expires_at, '%Y-%m-%dT%H:%M:%SZ'),
        'dropped_calls', keyed.dropped_count,
        'waited_seconds', keyed.waited_seconds,
        'line', keyed.line,
        'queue', keyed.queue,
        'last_talk_at', strftime(keyed.last_talk_at, '%Y-%m-%dT%H:%M:%SZ'),
        'reason', keyed.reason,
        'explanation',
        'Hung up '
        || case keyed.dropped_count
            when 1 then 'once'
            else keyed.dropped_count::varchar || ' times'
        end
        || ' since ' || strftime(keyed.added_at, '%H:%M:%S') || ', waited up to '
        || coalesce(keyed.waited_seconds, 0)::varchar || ' s, not reached since; attempt '
        || keyed.attempt_number::varchar || ' of ' || keyed.attempt_count::varchar
        || case
            when keyed.redial_number > 0 then ', redial ' || keyed.redial_number::varchar || ','
            else ''
        end
        || ' due ' || strftime(keyed.due_at, '%H:%M:%S') || ' UTC',
        'proof', keyed.proof
    )::varchar as payload
from keyed
