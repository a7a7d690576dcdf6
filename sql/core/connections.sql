-- When an operator and a client were connected in a call, first and last, and for how long.
-- Grain:  one row per connection of a call (source, call_id, talk_at)
-- Reads:  kept.calls
-- Params: $since timestamp
--
-- over_at: the end of the talk, or of the call, or when the client was handed on and waited again
-- or was connected to somebody else; null while it goes on, as far as the sources show. Whether a
-- connection is a talk is said by core.talks, campaign by campaign.
with connected as (
    select
        calls.source,
        calls.call_id,
        calls.number,
        calls.direction,
        unnest(
            case
                when calls.last_connected_at != calls.connected_at
                    then [calls.connected_at, calls.last_connected_at]
                else [calls.connected_at]
            end
        ) as talk_at,
        calls.last_connected_at,
        calls.wait_began_at,
        calls.talk_ended_at,
        calls.ended_at
    from kept.calls as calls
    where
        calls.connected_at is not null
        and calls.direction != 'internal'
        and calls.started_at >= $since::timestamp
)

select
    connected.source,
    connected.call_id,
    connected.number,
    connected.direction,
    connected.talk_at,
    least(
        case
            when connected.last_connected_at > connected.talk_at then connected.last_connected_at
        end,
        case when connected.wait_began_at > connected.talk_at then connected.wait_began_at end,
        case when connected.talk_ended_at >= connected.talk_at then connected.talk_ended_at end,
        case when connected.ended_at >= connected.talk_at then connected.ended_at end
    ) as over_at
from connected
