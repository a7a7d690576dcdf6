-- The dropped calls of a number, each with its account.
-- Grain:  one row per dropped call
-- Reads:  kept.dropped_calls, kept.episodes, kept.calls, settings.campaigns,
--         settings.campaign_words
-- Params: $number varchar
--
-- also_fits: the other campaigns whose lines, queues and menus it fits by the present settings. It
-- went to the first of the file.
with fitting as (
    select
        calls.source,
        calls.call_id,
        list_transform(
            list_sort(list({'position': campaigns.position, 'campaign': campaigns.campaign})),
            lambda fitting: fitting.campaign
        ) as campaigns
    from kept.calls as calls
    cross join settings.campaigns as campaigns
    left join settings.campaign_words as line
        on campaigns.campaign = line.campaign
        and line.kind = 'dialled_number'
        and line.word = calls.dialled_number
    left join settings.campaign_words as queue
        on campaigns.campaign = queue.campaign
        and queue.kind = 'queue'
        and queue.word = calls.queue
    left join settings.campaign_words as menu
        on campaigns.campaign = menu.campaign
        and menu.kind = 'menu'
        and menu.word = calls.menu
    where
        calls.number = $number::varchar
        and (line.word is not null or not campaigns.has_dialled_numbers)
        and kept.is_of_place(
            campaigns.shared_telephony,
            campaigns.has_queues,
            campaigns.has_menus,
            queue.word is not null,
            menu.word is not null,
            calls.queue
        )
    group by
        calls.source,
        calls.call_id
)

select
    drops.source || '/' || drops.call_id as call,
    drops.campaign,
    drops.kind,
    drops.dropped_at,
    drops.waited_seconds,
    drops.account,
    drops.reason,
    drops.is_late,
    drops.is_withdrawn,
    drops.first_seen_at,
    drops.accounted_at,
    drops.episode_id,
    episodes.added_at as episode_added_at,
    case
        when list_contains(fitting.campaigns, drops.campaign)
            then list_filter(fitting.campaigns, lambda name: name != drops.campaign)
        else []
    end as also_fits
from kept.dropped_calls as drops
left join kept.episodes as episodes
    on drops.episode_id = episodes.episode_id
left join fitting
    on drops.source = fitting.source
    and drops.call_id = fitting.call_id
where drops.number = $number::varchar
order by
    drops.dropped_at,
    drops.source,
    drops.call_id
