-- The queues without whose operators a campaign does not dial: who answers there, as far as shown.
-- Grain:  one row per campaign and queue that it names
-- Reads:  kept.operator_signs, settings.campaigns, settings.campaign_words, settings.sources
-- Params: none
--
-- A queue is known by its name, in every source. seen_count: who ever stood in it; member_count:
-- who stands in it now; available_count: whom of these neither a pause nor a logoff holds.
-- silent_count: who came by ADDMEMBER and has not shown since; static_count: who never came by one.
-- Both at once make `check` doubt that one person has one name (log_membername_as_agent).
-- Where nobody was seen in any of a campaign's queues nothing is known, and nothing is held.
-- Whether a pause of the queue or one of all queues was the last is told by their times.
-- A restart: dynamic members stay, and stay paused (persistentmembers, Asterisk's default); a pause
-- of a member without an ADDMEMBER is over, for Asterisk keeps none.
with pauses as (
    select
        members.source,
        members.queue,
        members.member,
        max(kept.sign_order(signs.said_at, signs.is_explicit, signs.is_on)) as last_sign
    from kept.operator_signs as members
    inner join kept.operator_signs as signs
        on members.source = signs.source
        and members.member = signs.member
        and signs.aspect = 'free'
        and signs.queue in (members.queue, 'NONE')
    where members.aspect = 'member'
    group by
        members.source,
        members.queue,
        members.member
),

operators as (
    select
        members.source,
        members.queue,
        members.is_on as is_member,
        members.is_on and members.is_explicit and added.member is not null as is_silent,
        added.member is null as is_static,
        members.is_on
        and coalesce(logins.is_on, true)
        and (
            coalesce(pauses.last_sign['is_on'], true)
            or added.member is null
            and coalesce(starts.said_at >= pauses.last_sign['said_at'], false)
        ) as is_available
    from kept.operator_signs as members
    inner join settings.sources as sources
        on members.source = sources.source
    left join pauses
        on members.source = pauses.source
        and members.queue = pauses.queue
        and members.member = pauses.member
    left join kept.operator_signs as logins
        on members.source = logins.source
        and members.member = logins.member
        and logins.aspect = 'logged_in'
    left join kept.operator_signs as added
        on members.source = added.source
        and members.queue = added.queue
        and members.member = added.member
        and added.aspect = 'added'
    left join kept.operator_signs as starts
        on members.source = starts.source
        and starts.aspect = 'start'
    where members.aspect = 'member'
)

select
    words.campaign,
    words.word as queue,
    count(operators.source) as seen_count,
    count(*) filter (where operators.is_member) as member_count,
    count(*) filter (where operators.is_available) as available_count,
    count(*) filter (where operators.is_silent) as silent_count,
    count(*) filter (where operators.is_static) as static_count,
    coalesce(
        list_sort(list(distinct operators.source || '/' || operators.queue) filter (
            where operators.source is not null
        )),
        []
    ) as places
from settings.campaign_words as words
inner join settings.campaigns as campaigns
    on words.campaign = campaigns.campaign
left join operators
    on words.word = operators.queue
where words.kind = 'operator_queue'
group by
    words.campaign,
    words.word,
    campaigns.position
order by
    campaigns.position,
    words.word
