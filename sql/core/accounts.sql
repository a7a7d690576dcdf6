-- What becomes of each dropped call that has to be accounted for now: opened, joined or ignored.
-- Grain:  one row per dropped call (source, call_id) of core.due_drops
-- Reads:  core.due_drops, core.dropped_calls, core.talks, core.closings, core.listed_numbers,
--         core.hours_now, kept.dropped_calls, kept.episodes, kept.campaigns, kept.hour_spans,
--         kept.client_hours, settings.campaigns, settings.campaign_words
-- Params: $now timestamp
--
-- The facts of a number are walked in event order, a talk before a drop of the same second. Between
-- two talks there is at most one episode: the first drop opens it, the others join, and the next
-- talk closes it. So the walk is one numbering of the talks, whatever lies behind. A carried drop
-- stays in its campaign and opens however old it is (A2): it was promised a call. Where its number
-- is on a do-not-call list the episode that it opens closes at once, with that reason. Only talks
-- close in the walk: a drop behind the end of a ladder found its episode open, and is carried too.
with drops as (
    select
        kept_drops.source,
        kept_drops.call_id,
        due_drops.origin,
        case
            when due_drops.origin = 'carried' or judged.call_id is null then kept_drops.campaign
            else judged.campaign
        end as campaign,
        judged.line_reason,
        kept_drops.number,
        judged.number_class,
        judged.menu,
        kept_drops.kind,
        kept_drops.dropped_at,
        kept_drops.waited_seconds,
        judged.is_after_talk,
        judged.is_asked_for,
        kept_drops.episode_id as earlier_episode_id,
        kept_drops.opened_count
    from core.due_drops as due_drops
    inner join kept.dropped_calls as kept_drops
        on due_drops.source = kept_drops.source
        and due_drops.call_id = kept_drops.call_id
    left join core.dropped_calls as judged
        on due_drops.source = judged.source
        and due_drops.call_id = judged.call_id
),

-- Rows 1 to 6 of the account table, by the settings of this run.
refused as (
    select
        drops.source,
        drops.call_id,
        case
            when drops.origin = 'carried' then null
            when drops.campaign is null then drops.line_reason
            when drops.kind = 'ivr' and not drops.is_asked_for then 'ivr_not_enabled'
            when
                drops.kind = 'ivr'
                and campaigns.has_menus
                and not exists (
                    select 1
                    from settings.campaign_words as menus
                    where
                        menus.campaign = drops.campaign
                        and menus.kind = 'menu'
                        and menus.word = drops.menu
                )
                then 'ivr_not_enabled'
            when drops.kind = 'queue' and not drops.is_asked_for then 'queue_not_enabled'
            when drops.number_class = 'withheld' then 'number_withheld'
            when drops.number_class in ('own', 'short') then 'number_internal'
            when drops.number is null then 'number_invalid'
            when drops.waited_seconds < campaigns.short_drop_seconds then 'short_drop'
            when drops.is_after_talk and not campaigns.drop_after_talk then 'after_talk'
            when listed.number is not null then 'do_not_call'
        end as reason
    from drops
    left join core.listed_numbers as listed
        on drops.number = listed.number
    left join settings.campaigns as campaigns
        on drops.campaign = campaigns.campaign
),

open_episodes as (
    select
        episodes.episode_id,
        episodes.campaign,
        episodes.number,
        closings.reason as closing_reason,
        closings.cut_at
    from kept.episodes as episodes
    left join core.closings as closings
        on episodes.episode_id = closings.episode_id
    where episodes.closed_at is null
),

-- Row 7: it stays with the open episode, or is carried on where that one closes before it.
joined_open as (
    select
        drops.source,
        drops.call_id,
        open_episodes.episode_id,
        open_episodes.cut_at < drops.dropped_at as is_carried
    from drops
    inner join open_episodes
        on drops.campaign = open_episodes.campaign
        and drops.number = open_episodes.number
    where
        drops.origin != 'carried'
        and (
            open_episodes.closing_reason is distinct from 'reached'
            or drops.dropped_at < open_episodes.cut_at
        )
),

-- Row 8: of the closed episodes that answer for it, the one that ended first.
joined_closed as (
    select
        drops.source,
        drops.call_id,
        episodes.episode_id
    from drops
    inner join kept.episodes as episodes
        on drops.campaign = episodes.campaign
        and drops.number = episodes.number
    where
        drops.origin != 'carried'
        and episodes.closed_at is not null
        and not episodes.is_closing_withdrawn
        and (
            episodes.cut_at > drops.dropped_at
            or episodes.reason = 'exhausted' and episodes.cut_at = drops.dropped_at
        )
    qualify row_number() over (
        partition by drops.source, drops.call_id
        order by episodes.cut_at, episodes.episode_id
    ) = 1
),

placed as (
    select
        drops.*,
        case when not coalesce(joined_open.is_carried, false) then joined_open.episode_id end
            as open_episode_id,
        joined_closed.episode_id as closed_episode_id,
        case
            when refused.reason is not null then refused.reason
            when coalesce(joined_open.episode_id, joined_closed.episode_id) is not null then null
            when drops.origin = 'carried' then null
            -- Counted in open time (A10); before all known openings it is too old in any case.
            when
                kept.is_given_up(
                    $now::timestamp,
                    hours_now.open_clock_at,
                    spans.open_clock_at,
                    spans.is_open,
                    spans.begins_at,
                    drops.dropped_at,
                    campaigns.give_up_after_minutes
                )
                then 'too_old'
            when drops.dropped_at < kept_campaigns.starts_at then 'before_start'
        end as reason
    from drops
    inner join refused
        on drops.source = refused.source
        and drops.call_id = refused.call_id
    left join settings.campaigns as campaigns
        on drops.campaign = campaigns.campaign
    left join kept.campaigns as kept_campaigns
        on drops.campaign = kept_campaigns.campaign
    left join kept.client_hours as client_hours
        on campaigns.hours_key = client_hours.campaign_hours_key
        and drops.number = client_hours.number
    left join core.hours_now as hours_now
        on coalesce(client_hours.hours_key, campaigns.hours_key) = hours_now.hours_key
    left join kept.hour_spans as spans
        on coalesce(client_hours.hours_key, campaigns.hours_key) = spans.hours_key
        and kept.is_in_span(drops.dropped_at, spans.day, spans.begins_at, spans.ends_at)
    left join joined_open
        on drops.source = joined_open.source
        and drops.call_id = joined_open.call_id
    left join joined_closed
        on drops.source = joined_closed.source
        and drops.call_id = joined_closed.call_id
),

-- Drops that open an episode or join one that opens now, numbered by the talks before them. One
-- that may not open any more (row 9) joins what an earlier one opens in this walk (row 7).
events as (
    select
        placed.campaign,
        placed.number,
        placed.dropped_at as event_at,
        placed.source,
        placed.call_id,
        0 as is_talk,
        placed.reason is null as may_open
    from placed
    where
        (placed.reason is null or placed.reason in ('too_old', 'before_start'))
        and placed.open_episode_id is null
        and placed.closed_episode_id is null
    union all
    select
        talks.campaign,
        talks.number,
        talks.talk_at as event_at,
        talks.source,
        talks.call_id,
        1 as is_talk,
        false as may_open
    from core.talks as talks
    where talks.number in (select drops.number from drops)
),

walked as (
    select
        events.*,
        sum(events.is_talk) over (
            partition by events.campaign, events.number
            order by
                events.event_at,
                events.is_talk desc,
                events.source,
                events.call_id
            rows between unbounded preceding and current row
        ) as talks_before
    from events
),

openings as (
    select
        walked.source,
        walked.call_id,
        walked.talks_before,
        first_value(walked.source) over stay as opening_source,
        first_value(walked.call_id) over stay as opening_call_id,
        row_number() over stay as place
    from walked
    where walked.is_talk = 0
    window stay as (
        partition by walked.campaign, walked.number, walked.talks_before
        order by walked.may_open desc, walked.event_at, walked.source, walked.call_id
    )
    qualify
        first_value(walked.may_open) over stay
        and row(walked.event_at, walked.source, walked.call_id) >= row(
            first_value(walked.event_at) over stay,
            first_value(walked.source) over stay,
            first_value(walked.call_id) over stay
        )
),

-- A call that opens for the second time needs a key of its own.
generations as (
    select
        openings.source,
        openings.call_id,
        openings.opening_source,
        openings.opening_call_id,
        openings.talks_before,
        openings.place,
        opening.opened_count + 1 as generation
    from openings
    inner join drops as opening
        on openings.opening_source = opening.source
        and openings.opening_call_id = opening.call_id
),

accounted as (
    select
        placed.* exclude (reason),
        case when generations.place is null then placed.reason end as reason,
        generations.place,
        generations.generation,
        generations.opening_source,
        generations.opening_call_id,
        generations.talks_before
    from placed
    left join generations
        on placed.source = generations.source
        and placed.call_id = generations.call_id
)

select
    accounted.source,
    accounted.call_id,
    accounted.campaign,
    accounted.number,
    accounted.origin,
    accounted.dropped_at,
    accounted.waited_seconds,
    case
        when accounted.reason is not null then 'ignored'
        when accounted.place = 1 then 'opened'
        else 'joined'
    end as account,
    accounted.reason,
    accounted.reason is null
    and accounted.open_episode_id is null
    and accounted.closed_episode_id is not null as is_late,
    case
        when accounted.reason is not null then null
        when accounted.place is null
            then coalesce(accounted.open_episode_id, accounted.closed_episode_id)
        else
            kept.key_part(accounted.campaign)
            || '|' || kept.key_part(accounted.number)
            || '|' || kept.key_part(accounted.opening_source)
            || '/' || kept.key_part(accounted.opening_call_id)
            || case
                when accounted.generation > 1 then '~' || accounted.generation::varchar
                else ''
            end
    end as episode_id,
    case when accounted.place = 1 then accounted.generation end as generation,
    accounted.earlier_episode_id,
    closing_talks.talk_at as closed_at,
    closing_talks.source as closing_source,
    closing_talks.call_id as closing_call_id
from accounted
left join core.talks as closing_talks
    on accounted.place = 1
    and accounted.campaign = closing_talks.campaign
    and accounted.number = closing_talks.number
    and closing_talks.talk_number = accounted.talks_before + 1
