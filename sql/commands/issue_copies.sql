-- Put a copy of each command that its dialler has just taken into the outbox of the other sinks.
-- Grain:  one row per command delivered in this run and sink that gets copies of its campaign
-- Reads:  kept.commands, kept.campaigns, kept.copies
-- Params: $now timestamp, $run_id bigint
--
-- What never reached its dialler happened to nobody, and is not told of.
with delivered as (
    select
        commands.command_key,
        commands.campaign,
        commands.number,
        commands.sequence,
        commands.sink as dialler,
        unnest(campaigns.copies) as sink
    from kept.commands as commands
    inner join kept.campaigns as campaigns
        on commands.campaign = campaigns.campaign
    where
        commands.state = 'delivered'
        and commands.changed_run = $run_id::bigint
)

insert into kept.copies by name
select
    delivered.command_key,
    delivered.sink,
    delivered.campaign,
    delivered.number,
    delivered.sequence,
    $now::timestamp as issued_at,
    'issued' as state,
    0 as tries,
    $run_id::bigint as changed_run
from delivered
where
    delivered.sink != delivered.dialler
    and not exists (
        select 1
        from kept.copies as copies
        where
            copies.command_key = delivered.command_key
            and copies.sink = delivered.sink
    )
