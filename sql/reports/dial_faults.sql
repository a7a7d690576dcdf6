-- Every dial that was not observed as commanded, and every call that no command explains.
-- Grain:  one row per such dial or call in the time asked for
-- Reads:  core.dial_faults
-- Params: $from_at timestamp, $to_at timestamp
--
-- fault: never_dialled, handed out, and no call of it was seen in time (a source that shows no
-- unanswered calls makes many of them); dialled_twice, a call carries the key of a dial that was
-- made already; without_command, a call carries a key with which no dial to that number had been
-- handed out by then; removed_too_late, the call began after the remove had been taken. Counted in
-- commanded.
select
    faults.happened_at,
    faults.fault,
    faults.number,
    faults.campaign,
    faults.attempt_number,
    faults.call,
    faults.command_key
from core.dial_faults as faults
where
    faults.happened_at >= $from_at::timestamp
    and faults.happened_at < $to_at::timestamp
order by
    faults.happened_at,
    faults.fault,
    faults.command_key,
    faults.call
