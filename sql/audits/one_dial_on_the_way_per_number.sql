-- Numbers with two dials undelivered, in doubt or up at once, over all campaigns (I11, A7).
-- Grain:  one row per episode with such a dial
-- Reads:  kept.commands, kept.attempts, kept.calls, kept.campaigns
-- Params: $since timestamp
--
-- A dial whose call is seen only after `confirm_within` had passed was over as far as anyone knew,
-- and the next one was right to leave: it breaks no promise.
with on_the_way as (
    select
        commands.number,
        commands.episode_id,
        commands.command_key
    from kept.commands as commands
    where
        commands.kind = 'dial'
        and commands.state in ('issued', 'offered', 'unsure')
    union
    select
        attempts.number,
        attempts.episode_id,
        attempts.command_key
    from kept.attempts as attempts
    inner join kept.campaigns as campaigns
        on attempts.campaign = campaigns.campaign
    left join kept.calls as calls
        on attempts.call_source = calls.source
        and attempts.call_id = calls.call_id
        and calls.started_at >= $since::timestamp
    where
        attempts.result is null
        and (
            calls.call_id is null
            or calls.first_seen_at
            < attempts.handed_out_at + campaigns.confirm_within_minutes * interval '1 minute'
        )
),

counted as (
    select
        on_the_way.number,
        count(distinct on_the_way.command_key) as dial_count
    from on_the_way
    group by on_the_way.number
)

select
    on_the_way.episode_id,
    counted.dial_count::varchar || ' dials to ' || on_the_way.number || ' at once, among them '
    || on_the_way.command_key as detail
from on_the_way
inner join counted
    on on_the_way.number = counted.number
where counted.dial_count > 1
