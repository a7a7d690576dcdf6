-- Calls of this run that are dropped calls, or were and are no longer, with the campaign of their
-- line.
-- Grain:  one row per call (source, call_id) that is or was a dropped call
-- Reads:  kept.calls, core.calls, core.connections, core.touched_closings,
--         kept.dropped_calls, kept.episodes, settings.campaigns, settings.campaign_words
-- Params: $now timestamp, $since timestamp
--
-- Dropped: incoming, over, and no operator connected after the client last began to wait.
-- A call that fits two campaigns goes to the first; which others it fits is told by
-- reports.explain_drops. `timeout`, `exit_key`, `empty` and `ringing`
-- are dropped calls only where the campaign of the line asks for them.
-- What may be accounted for again, for the closing of its episode is withdrawn or may be now.
with doubtful_episodes as (
    select touched_closings.episode_id
    from core.touched_closings as touched_closings
    union
    select episodes.episode_id
    from kept.episodes as episodes
    where
        episodes.is_closing_withdrawn
        and exists (
            select 1
            from core.calls as changed
            where episodes.number in (changed.number, changed.previous_number)
        )
),

considered as (
    select
        core_calls.source,
        core_calls.call_id
    from core.calls as core_calls
    union
    select
        dropped_calls.source,
        dropped_calls.call_id
    from kept.dropped_calls as dropped_calls
    where dropped_calls.account = 'settling'
    union
    select
        dropped_calls.source,
        dropped_calls.call_id
    from kept.dropped_calls as dropped_calls
    inner join doubtful_episodes
        on dropped_calls.episode_id = doubtful_episodes.episode_id
    where
        dropped_calls.dropped_at >= $since::timestamp
        and not dropped_calls.is_withdrawn
),

-- What the call was dropped as when it was accounted for: a setting that no longer asks for that
-- kind does not undo the account, nor that of a call without a new record, whatever its kind.
accounted as (
    select
        dropped_calls.source,
        dropped_calls.call_id,
        dropped_calls.kind
    from kept.dropped_calls as dropped_calls
    where
        dropped_calls.account != 'settling'
        and dropped_calls.dropped_at >= $since::timestamp
),

-- Since when a drop that is still settling is known.
settling as (
    select
        dropped_calls.source,
        dropped_calls.call_id,
        dropped_calls.first_seen_at
    from kept.dropped_calls as dropped_calls
    where dropped_calls.account = 'settling'
),

judged as (
    select
        calls.source,
        calls.call_id,
        calls.number,
        calls.number_class,
        calls.dialled_number,
        calls.queue,
        calls.menu,
        calls.ended_at as dropped_at,
        kept.waited_seconds(calls.started_at, calls.wait_began_at, calls.ended_at)
            as waited_seconds,
        kept.drop_kind(
            calls.direction,
            calls.started_at,
            calls.wait_began_at,
            calls.last_connected_at,
            calls.ended_at,
            calls.last_place,
            calls.end_reason
        ) as kind
    from kept.calls as calls
    inner join considered
        on calls.source = considered.source
        and calls.call_id = considered.call_id
    where calls.started_at >= $since::timestamp
),

-- The campaigns to whose queues or menus a call came, and whether on a line of theirs.
of_place as (
    select
        judged.source,
        judged.call_id,
        judged.kind,
        judged.dialled_number,
        campaigns.campaign,
        campaigns.position,
        line.word is not null or not campaigns.has_dialled_numbers as is_of_line
    from judged
    cross join settings.campaigns as campaigns
    left join settings.campaign_words as line
        on campaigns.campaign = line.campaign
        and line.kind = 'dialled_number'
        and line.word = judged.dialled_number
    left join settings.campaign_words as queue
        on campaigns.campaign = queue.campaign
        and queue.kind = 'queue'
        and queue.word = judged.queue
    left join settings.campaign_words as menu
        on campaigns.campaign = menu.campaign
        and menu.kind = 'menu'
        and menu.word = judged.menu
    where
        (judged.kind is not null or judged.dialled_number is null)
        and kept.is_of_place(
            campaigns.shared_telephony,
            campaigns.has_queues,
            campaigns.has_menus,
            queue.word is not null,
            menu.word is not null,
            judged.queue
        )
),

fitting as (
    select
        of_place.source,
        of_place.call_id,
        of_place.campaign
    from of_place
    where of_place.is_of_line and of_place.kind is not null
    qualify row_number() over (
        partition by of_place.source, of_place.call_id
        order by of_place.position
    ) = 1
),

-- Calls that a campaign would take if their dialled number turned out to be one of its lines.
waiting_for_line as (
    -- Distinct: several campaigns can wait for the same line.
    select distinct
        of_place.source,
        of_place.call_id
    from of_place
    where of_place.dialled_number is null
),

asked as (
    select
        judged.*,
        fitting.campaign,
        exists (
            select 1
            from core.connections as connections
            where
                connections.source = judged.source
                and connections.call_id = judged.call_id
                and kept.is_talk(
                    connections.talk_at,
                    coalesce(connections.over_at, $now::timestamp),
                    campaigns.min_talk_seconds
                )
        ) as is_after_talk,
        case
            when fitting.campaign is not null then null
            when waiting_for_line.call_id is not null then 'line_unknown'
            else 'other_line'
        end as line_reason,
        coalesce(dropped_in.word is not null, false) as is_asked_for
    from judged
    left join waiting_for_line
        on judged.source = waiting_for_line.source
        and judged.call_id = waiting_for_line.call_id
    left join fitting
        on judged.source = fitting.source
        and judged.call_id = fitting.call_id
    left join settings.campaigns as campaigns
        on fitting.campaign = campaigns.campaign
    left join settings.campaign_words as dropped_in
        on fitting.campaign = dropped_in.campaign
        and dropped_in.kind = 'dropped_in'
        and dropped_in.word = judged.kind
)

select
    asked.source,
    asked.call_id,
    asked.campaign,
    asked.line_reason,
    asked.number,
    asked.number_class,
    asked.queue,
    asked.menu,
    asked.kind,
    asked.dropped_at,
    asked.waited_seconds,
    asked.is_after_talk,
    asked.is_asked_for,
    coalesce(asked.kind in ('queue', 'ivr') or asked.is_asked_for, false) as is_dropped,
    coalesce(
        asked.kind in ('queue', 'ivr')
        or asked.is_asked_for
        or asked.kind = accounted.kind
        or asked.kind is not null and accounted.call_id is not null and changed.call_id is null,
        false
    ) as is_standing,
    coalesce(settling.first_seen_at, $now::timestamp) as first_seen_at
from asked
left join core.calls as changed
    on asked.source = changed.source
    and asked.call_id = changed.call_id
left join settling
    on asked.source = settling.source
    and asked.call_id = settling.call_id
left join accounted
    on asked.source = accounted.source
    and asked.call_id = accounted.call_id
