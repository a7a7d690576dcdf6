-- Commanded and observed: what became of the dials that were decided, and of calls without any.
-- Grain:  one row per campaign; none: calls that carry the key of no dial
-- Reads:  kept.commands, kept.attempts, core.dial_faults
-- Params: $from_at timestamp, $to_at timestamp
--
-- commanded: dials issued. withdrawn: no longer wanted before a sink took them; handed out: taken,
-- or perhaps taken, or refused for good; the rest waits for its sink. observed: their call was
-- seen, or the dialler told how it ended; what is neither observed, refused nor never dialled is in
-- doubt. never dialled, dialled twice, without command, too late: as in dial_faults, by when they
-- happened.
with commanded as (
    select
        commands.campaign,
        count(*) as commanded_count,
        count(*) filter (where commands.state = 'withdrawn') as withdrawn_count,
        count(attempts.command_key) as handed_out_count,
        count(*) filter (where attempts.result = 'refused') as refused_count,
        count(*) filter (
            where
            attempts.result is distinct from 'refused'
            and (
                attempts.call_id is not null
                or attempts.result in ('answered', 'unanswered')
            )
        ) as observed_count
    from kept.commands as commands
    left join kept.attempts as attempts
        on commands.command_key = attempts.command_key
    where
        commands.kind = 'dial'
        and commands.issued_at >= $from_at::timestamp
        and commands.issued_at < $to_at::timestamp
    group by commands.campaign
),

faults as (
    select
        dial_faults.campaign,
        count(*) filter (where dial_faults.fault = 'never_dialled') as never_dialled_count,
        count(*) filter (where dial_faults.fault = 'dialled_twice') as dialled_twice_count,
        count(*) filter (where dial_faults.fault = 'without_command') as without_command_count,
        count(*) filter (where dial_faults.fault = 'removed_too_late') as removed_too_late_count
    from core.dial_faults as dial_faults
    where
        dial_faults.happened_at >= $from_at::timestamp
        and dial_faults.happened_at < $to_at::timestamp
    group by dial_faults.campaign
)

select
    coalesce(commanded.campaign, faults.campaign) as campaign,
    coalesce(commanded.commanded_count, 0) as commanded_count,
    coalesce(commanded.withdrawn_count, 0) as withdrawn_count,
    coalesce(commanded.handed_out_count, 0) as handed_out_count,
    coalesce(commanded.refused_count, 0) as refused_count,
    coalesce(commanded.observed_count, 0) as observed_count,
    coalesce(faults.never_dialled_count, 0) as never_dialled_count,
    coalesce(faults.dialled_twice_count, 0) as dialled_twice_count,
    coalesce(faults.without_command_count, 0) as without_command_count,
    coalesce(faults.removed_too_late_count, 0) as too_late_count
from commanded
full join faults
    on commanded.campaign is not distinct from faults.campaign
order by campaign nulls last
