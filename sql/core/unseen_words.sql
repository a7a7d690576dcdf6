-- Lines, queues and menus of the campaigns that no kept call has: misspelt, or not in use.
-- Grain:  one row per campaign, kind and word that no call has
-- Reads:  settings.campaigns, settings.campaign_words, settings.sources, kept.calls
-- Params: none
--
-- most_seen_word: what calls have instead most often (null: no call has a word of that kind).
-- Nothing where no client has called yet. Lines are left out where a source takes opaque numbers:
-- they then stand in the settings in two forms, and one of them is seen at most.
with call_words as (
    select
        'dialled_number' as kind,
        calls.dialled_number as word,
        count(*) as call_count
    from kept.calls as calls
    where calls.direction = 'in' and calls.dialled_number is not null
    group by calls.dialled_number
    union all
    select
        'queue' as kind,
        calls.queue as word,
        count(*) as call_count
    from kept.calls as calls
    where calls.queue is not null
    group by calls.queue
    union all
    select
        'menu' as kind,
        calls.menu as word,
        count(*) as call_count
    from kept.calls as calls
    where calls.menu is not null
    group by calls.menu
),

ranked as (
    select
        call_words.kind,
        call_words.word,
        row_number() over (
            partition by call_words.kind
            order by call_words.call_count desc, call_words.word
        ) as place
    from call_words
)

select
    words.campaign,
    words.kind,
    words.word,
    ranked.word as most_seen_word
from settings.campaign_words as words
inner join settings.campaigns as campaigns
    on words.campaign = campaigns.campaign
left join ranked
    on
        words.kind = ranked.kind
        and ranked.place = 1
where
    words.kind in ('dialled_number', 'queue', 'menu')
    and exists (select 1 from kept.calls as calls where calls.direction = 'in')
    and not exists (
        select 1
        from call_words
        where
            words.kind = call_words.kind
            and words.word = call_words.word
    )
    and not (
        words.kind = 'dialled_number'
        and exists (select 1 from settings.sources as sources where sources.numbers = 'opaque')
    )
order by
    campaigns.position,
    words.kind,
    words.word
