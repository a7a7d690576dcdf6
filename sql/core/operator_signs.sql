-- What the queue_log lines applied in this run say of the members of queues.
-- Grain:  one row per source, queue, member and aspect: what holds of these lines
-- Reads:  raw.queue_log, kept.operator_signs
-- Params: $run_id bigint
--
-- Where nothing is kept yet (the setting is new), all lines that are still kept are read.
-- A line that names a queue and a member proves that he stood in that queue then: so static
-- members are known, who write no ADDMEMBER. Such a proof holds until REMOVEMEMBER.
-- A ring proves besides that no pause held him when it began: an UNPAUSE that is lost, or was never
-- written (realtime members), holds nothing for ever. It began before its line, by the figure there
-- and a second, for the figures are cut to seconds; who pauses while it rings is paused. Where a
-- talk ends, only its beginning proves anything. Old lines have no such figure and prove less.
-- One that is stamped ahead of the clock counts as soon as its call does (A18): it has happened.
-- ADDMEMBER says whether he comes in paused. PAUSEALL and UNPAUSEALL name the interface, write a
-- line for each queue too, and prove no membership. Agents log in to all their queues at once.
with lines as (
    select
        queue_log.source,
        queue_log.queue,
        queue_log.member,
        queue_log.event,
        queue_log.event_at,
        queue_log.data[1] is not distinct from 'PAUSED' as is_added_paused,
        queue_log.event_at - interval '1 second' - case
            when queue_log.event = 'CONNECT'
                then try_cast(queue_log.data[3] as integer) * interval '1 second'
            when queue_log.event in ('RINGNOANSWER', 'RINGCANCELED')
                then try_cast(queue_log.data[1] as integer) * interval '1 millisecond'
        end as rang_at,
        queue_log.event_at
        - coalesce(try_cast(queue_log.data[2] as integer), 0) * interval '1 second' as talked_at
    from raw.queue_log as queue_log
    where
        queue_log.event in (
            'ADDMEMBER', 'REMOVEMEMBER', 'PAUSE', 'UNPAUSE', 'PAUSEALL', 'UNPAUSEALL',
            'AGENTLOGIN', 'AGENTLOGOFF', 'AGENTCALLBACKLOGIN', 'AGENTCALLBACKLOGOFF',
            'CONNECT', 'RINGNOANSWER', 'RINGCANCELED', 'COMPLETEAGENT', 'COMPLETECALLER',
            'QUEUESTART'
        )
        -- One bound, so that only the rows of this run are looked at.
        and queue_log.applied_run >= (
            select case when count(*) > 0 then $run_id::bigint else 0 end
            from kept.operator_signs as operator_signs
        )
),

signs as (
    select
        lines.source,
        lines.queue,
        lines.member,
        'member' as aspect,
        lines.event != 'REMOVEMEMBER' as is_on,
        case
            when lines.event in ('CONNECT', 'RINGNOANSWER', 'RINGCANCELED')
                then coalesce(lines.rang_at, lines.event_at)
            when lines.event in ('COMPLETEAGENT', 'COMPLETECALLER') then lines.talked_at
            else lines.event_at
        end as said_at,
        lines.event in ('ADDMEMBER', 'REMOVEMEMBER') as is_explicit
    from lines
    where
        lines.queue not in ('', 'NONE')
        and lines.event in (
            'ADDMEMBER', 'REMOVEMEMBER', 'PAUSE', 'UNPAUSE', 'CONNECT', 'RINGNOANSWER',
            'RINGCANCELED', 'COMPLETEAGENT', 'COMPLETECALLER'
        )
    union all
    select
        lines.source,
        case when lines.event in ('PAUSEALL', 'UNPAUSEALL') then 'NONE' else lines.queue end
            as queue,
        lines.member,
        'free' as aspect,
        lines.event not in ('PAUSE', 'PAUSEALL')
        and not (lines.event = 'ADDMEMBER' and lines.is_added_paused) as is_on,
        coalesce(lines.rang_at, lines.event_at) as said_at,
        lines.event in ('PAUSE', 'UNPAUSE', 'PAUSEALL', 'UNPAUSEALL') as is_explicit
    from lines
    where
        lines.event in ('ADDMEMBER', 'PAUSE', 'UNPAUSE', 'PAUSEALL', 'UNPAUSEALL')
        or lines.rang_at is not null
    union all
    select
        lines.source,
        'NONE' as queue,
        lines.member,
        'logged_in' as aspect,
        lines.event in ('AGENTLOGIN', 'AGENTCALLBACKLOGIN') as is_on,
        lines.event_at as said_at,
        true as is_explicit
    from lines
    where
        lines.event in ('AGENTLOGIN', 'AGENTLOGOFF', 'AGENTCALLBACKLOGIN', 'AGENTCALLBACKLOGOFF')
    union all
    select
        lines.source,
        case when lines.event = 'QUEUESTART' then 'NONE' else lines.queue end as queue,
        case when lines.event = 'QUEUESTART' then 'NONE' else lines.member end as member,
        case when lines.event = 'QUEUESTART' then 'start' else 'added' end as aspect,
        true as is_on,
        lines.event_at as said_at,
        true as is_explicit
    from lines
    where lines.event in ('ADDMEMBER', 'QUEUESTART')
)

select
    signs.source,
    signs.queue,
    signs.member,
    signs.aspect,
    arg_max(signs.is_on, kept.sign_order(signs.said_at, signs.is_explicit, signs.is_on)) as is_on,
    max(signs.said_at) as said_at,
    arg_max(signs.is_explicit, kept.sign_order(signs.said_at, signs.is_explicit, signs.is_on))
        as is_explicit
from signs
where signs.aspect = 'start' or signs.member not in ('', 'NONE')
group by
    signs.source,
    signs.queue,
    signs.member,
    signs.aspect
