-- What a person may do to undelivered commands and their copies, and what becomes of each by it.
-- Grain:  one row per command or copy that is asked about, one per key that none has
-- Reads:  kept.commands, kept.copies
-- Params: $act varchar, $command_keys varchar[], $sink varchar, $is_not_taken boolean
--
-- $act is retry or discard. Without keys all that is undelivered is asked about, of the sink if one
-- is named; with keys what is undelivered of them, or else what they are. becomes: the new state,
-- null where nothing may be done.
-- A dial that may have been taken is retried only where a person says that it was not, for it could
-- be a second call to the client. A dead dial has counted as an attempt, and the next step follows.
-- An issued dial is no attempt: it is decided again in each run.
with deliveries as (
    select
        commands.command_key,
        commands.sink,
        false as is_copy,
        commands.kind,
        commands.number,
        commands.state,
        commands.discarded_at,
        commands.sequence
    from kept.commands as commands
    union all
    select
        copies.command_key,
        copies.sink,
        true as is_copy,
        'copy' as kind,
        copies.number,
        copies.state,
        copies.discarded_at,
        copies.sequence
    from kept.copies as copies
),

asked as (
    select
        deliveries.*,
        case
            when deliveries.state in ('delivered', 'withdrawn') then 3
            when deliveries.discarded_at is not null then 2
            else 1
        end as rank
    from deliveries
    where
        ($sink::varchar is null or deliveries.sink = $sink::varchar)
        and (
            len($command_keys::varchar[]) = 0
            or list_contains($command_keys::varchar[], deliveries.command_key)
        )
),

-- A key stands for what is undelivered of it; where nothing is, for its dead letters that were
-- discarded, or else for what came of it.
meant as (
    select asked.*
    from asked
    where asked.rank = 1 or len($command_keys::varchar[]) > 0
    qualify asked.rank = min(asked.rank) over (partition by asked.command_key)
),

verdicts as (
    select
        meant.command_key,
        meant.sink,
        meant.is_copy,
        meant.kind,
        meant.number,
        meant.state,
        case
            when meant.state in ('delivered', 'withdrawn') then meant.state
            when meant.state = 'offered' then 'interrupted'
            when $act::varchar = 'retry' and meant.kind = 'dial' then
                case
                    when meant.state = 'dead' then 'attempt_made'
                    when meant.state = 'issued' then 'each_run'
                    when $is_not_taken::boolean then 'retried'
                    else 'perhaps_taken'
                end
            when $act::varchar = 'retry' and meant.state = 'issued' then 'hastened'
            when $act::varchar = 'retry' then 'retried'
            when meant.state = 'dead' and meant.discarded_at is not null then 'seen_before'
            when meant.state = 'dead' then 'seen'
            when meant.kind != 'dial' then 'taken_out'
            when meant.state = 'issued' then 'undecided'
            else 'given_up'
        end as verdict,
        meant.sequence
    from meant
    union all
    select
        named.command_key,
        null as sink,
        false as is_copy,
        null as kind,
        null as number,
        null as state,
        'unknown' as verdict,
        null as sequence
    from (select unnest($command_keys::varchar[]) as command_key) as named
    where
        not exists (
            select 1
            from asked
            where asked.command_key = named.command_key
        )
)

select
    verdicts.command_key,
    verdicts.sink,
    verdicts.is_copy,
    verdicts.kind,
    verdicts.number,
    verdicts.state,
    verdicts.verdict,
    case
        when verdicts.verdict in ('retried', 'hastened') then 'issued'
        when verdicts.verdict in ('seen', 'given_up') then 'dead'
        when verdicts.verdict = 'taken_out' then 'withdrawn'
    end as becomes
from verdicts
order by
    verdicts.sequence,
    verdicts.is_copy,
    verdicts.sink,
    verdicts.command_key
