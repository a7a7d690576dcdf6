-- What the rules and the reports say alike of a call.
-- How a client was lost in a call, null where he was not: incoming, over, and no operator connected
-- after he last began to wait.
create macro kept.drop_kind(
    direction, started_at, wait_began_at, last_connected_at, ended_at, last_place, end_reason
) as
    case
        when
            direction != 'in'
            or ended_at is null
            or last_connected_at >= coalesce(wait_began_at, started_at)
            then null
        when last_place = 'queue' and end_reason in ('caller', 'restart') then 'queue'
        when last_place = 'ivr' and end_reason = 'caller' then 'ivr'
        when end_reason in ('timeout', 'exit_key', 'empty') then end_reason
        when last_place = 'desk' and end_reason = 'caller' then 'ringing'
    end;

-- How long he had waited by then, since he last began to; null where the end is not known.
create macro kept.waited_seconds(started_at, wait_began_at, until_at) as
    case
        when until_at is not null
            then greatest(0, epoch(until_at - coalesce(wait_began_at, started_at)))::bigint
    end;
