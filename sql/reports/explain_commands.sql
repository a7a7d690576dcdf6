-- The commands for a number, each with how far it got.
-- Grain:  one row per command
-- Reads:  kept.commands
-- Params: $number varchar
select
    commands.issued_at,
    commands.kind,
    commands.campaign,
    commands.attempt_number,
    commands.redial_number,
    commands.sink,
    commands.state,
    commands.offered_at,
    commands.delivered_at,
    commands.tries as tried_count,
    nullif(commands.detail, '') as detail,
    json_extract_string(commands.payload, '$.contact_id') as contact_id,
    json_extract_string(commands.payload, '$.explanation') as explanation,
    commands.command_key,
    commands.episode_id
from kept.commands as commands
where commands.number = $number::varchar
order by
    commands.issued_at,
    commands.sequence,
    commands.command_key
