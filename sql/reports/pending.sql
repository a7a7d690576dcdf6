-- What no sink has taken for certain, or was given up: why, and what comes next by itself.
-- Grain:  one row per command or copy that is undelivered, or dead and not discarded
-- Reads:  kept.commands, kept.copies, kept.attempts, kept.campaigns, kept.decisions
-- Params: none
--
-- state: issued, not taken yet; offered, by a run that was interrupted; unsure, perhaps taken;
-- dead, given up. next_at: the instant that this comes at, none where any run may bring it.
with deliveries as (
    select
        commands.command_key,
        commands.kind,
        false as is_copy,
        commands.number,
        commands.campaign,
        commands.episode_id,
        commands.attempt_number,
        commands.sink,
        commands.state,
        commands.issued_at,
        commands.tries,
        commands.next_try_at,
        commands.detail,
        commands.discarded_at,
        commands.sequence
    from kept.commands as commands
    union all
    select
        copies.command_key,
        commands.kind,
        true as is_copy,
        copies.number,
        copies.campaign,
        commands.episode_id,
        commands.attempt_number,
        copies.sink,
        copies.state,
        copies.issued_at,
        copies.tries,
        copies.next_try_at,
        copies.detail,
        copies.discarded_at,
        copies.sequence
    from kept.copies as copies
    inner join kept.commands as commands
        on copies.command_key = commands.command_key
),

known as (
    select
        deliveries.*,
        deliveries.kind = 'dial' and not deliveries.is_copy as is_dial,
        decisions.decision,
        decisions.reason,
        attempts.handed_out_at
        + campaigns.confirm_within_minutes * interval '1 minute' as confirm_by
    from deliveries
    left join kept.decisions as decisions
        on
            deliveries.episode_id = decisions.episode_id
            and decisions.last_run_at is null
    left join kept.attempts as attempts
        on deliveries.command_key = attempts.command_key
    left join kept.campaigns as campaigns
        on deliveries.campaign = campaigns.campaign
    where
        deliveries.state in ('issued', 'offered', 'unsure')
        or deliveries.state = 'dead' and deliveries.discarded_at is null
)

select
    case when known.is_copy then 'copy of ' else '' end || known.kind as kind,
    known.number,
    known.sink,
    known.issued_at as since_at,
    known.tries as tried_count,
    nullif(known.detail, '') as last_error,
    case
        when known.state = 'dead' and known.is_dial then 'dead; the next step of the ladder'
        when known.state = 'dead' then 'nothing, it is dead'
        when known.state = 'offered' then 'the next run settles it'
        when known.state = 'unsure' and known.is_dial then 'counts as made unless its call is seen'
        when known.state = 'unsure' then 'looked for, or offered again'
        when known.is_dial and coalesce(known.decision, 'dial') != 'dial' then
            'waits: ' || known.reason
        when known.is_dial then 'decided again in each run'
        when known.next_try_at is not null then 'offered again'
        else 'offered in each run'
    end as what_next,
    case
        when known.state = 'unsure' and known.is_dial then known.confirm_by
        when known.state = 'issued' then known.next_try_at
    end as next_at,
    known.state,
    known.campaign,
    known.attempt_number,
    known.command_key
from known
order by
    known.issued_at,
    known.sequence,
    known.is_copy,
    known.sink
