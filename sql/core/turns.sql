-- Whether an episode that nothing holds before its turn is dialled in this run, and what the turn
-- came too late for.
-- Grain:  one row per open episode that core.holds does not hold, or by a limit only
-- Reads:  core.plans, core.holds, core.limit_numbers, core.limit_counts, kept.attempts,
--         settings.campaigns, settings.program
-- Params: $now timestamp
--
-- The turns are one order: higher priority, older promise, number, episode. Each episode is dialled
-- if all its rooms have a place left by those dialled before it: its number (one, A7), the limits
-- of its contact, and the dials of its campaign and of the program, in this run and on the way.
-- So what pacing or a limit holds takes no place, and keeps nobody from dialling whose turn comes
-- later. A campaign without a dialler hands nothing out: it takes no place and is not paced. Whom a
-- limit holds has no room at all, and is told all the same that a dial to his number leaves before.
--
-- No loop over the turns is needed. In each round whoever fits, even if all before him that are
-- still open were dialled, is dialled, and whoever does not fit behind those surely dialled is
-- held; the first open one is always decided, most are in the first round.
with recursive candidates as (
    select
        plans.episode_id,
        plans.number,
        plans.campaign,
        plans.dialler != 'none' as takes_place,
        row_number() over (
            order by
                coalesce(campaigns.priority, 0) desc,
                plans.promised_at,
                plans.number,
                plans.episode_id
        ) as turn
    from core.plans as plans
    inner join settings.campaigns as campaigns
        on plans.campaign = campaigns.campaign
    where
        not exists (
            select 1
            from core.holds as holds
            where
                holds.episode_id = plans.episode_id
                and holds.line_number < 21
        )
),

-- Dials on the way, and those that an earlier run of the same instant has handed out: another run
-- of it shall add nothing (I1).
dials_made as (
    select
        attempts.campaign,
        count(*) filter (where attempts.result is null) as way_count,
        count(*) filter (where attempts.handed_out_at = $now::timestamp) as run_count
    from kept.attempts as attempts
    where
        not attempts.is_by_hand
        and (attempts.result is null or attempts.handed_out_at = $now::timestamp)
    group by attempts.campaign
),

paced_rooms as (
    select
        campaigns.campaign,
        unnest([
            {
                'name': 'run',
                'owner': campaigns.campaign,
                'room': campaigns.dials_per_run - coalesce(max(own.run_count), 0)
            },
            {
                'name': 'way',
                'owner': campaigns.campaign,
                'room': campaigns.dials_waiting_max - coalesce(max(own.way_count), 0)
            },
            {
                'name': 'run',
                'owner': '',
                'room': max(program.dials_per_run) - coalesce(sum(dials_made.run_count), 0)
            },
            {
                'name': 'way',
                'owner': '',
                'room': max(program.dials_waiting_max) - coalesce(sum(dials_made.way_count), 0)
            }
        ]) as room
    from settings.campaigns as campaigns
    cross join settings.program as program
    left join dials_made
        on true
    left join dials_made as own
        on campaigns.campaign = own.campaign
    group by
        campaigns.campaign,
        campaigns.dials_per_run,
        campaigns.dials_waiting_max
),

contact_rooms as (
    select
        limit_numbers.episode_id,
        limit_numbers.contact,
        min(limit_counts.room) as room
    from core.limit_numbers as limit_numbers
    inner join core.limit_counts as limit_counts
        on limit_numbers.episode_id = limit_counts.episode_id
        and limit_numbers.per = limit_counts.per
    where limit_numbers.contact is not null
    group by
        limit_numbers.episode_id,
        limit_numbers.contact
),

numbers_of_contacts as (
    -- Distinct: several episodes look at one contact.
    select distinct
        limit_numbers.contact,
        limit_numbers.number
    from core.limit_numbers as limit_numbers
    where limit_numbers.contact is not null
),

-- A dial takes a place with each contact that has its number, whether or not its own limit asks.
places as (
    select
        20 as line_number,
        'number' as room_name,
        candidates.number as owner,
        1 as room,
        candidates.episode_id,
        candidates.turn,
        candidates.takes_place
    from candidates
    union all
    -- Its reason and proof are those of core.holds.
    select
        null as line_number,
        'limit' as room_name,
        candidates.episode_id as owner,
        0 as room,
        candidates.episode_id,
        candidates.turn,
        candidates.takes_place
    from candidates
    inner join core.holds as holds
        on candidates.episode_id = holds.episode_id
    union all
    select
        21 as line_number,
        'contact' as room_name,
        numbers_of_contacts.contact as owner,
        contact_rooms.room,
        candidates.episode_id,
        candidates.turn,
        candidates.takes_place
    from candidates
    inner join numbers_of_contacts
        on candidates.number = numbers_of_contacts.number
    left join contact_rooms
        on candidates.episode_id = contact_rooms.episode_id
        and numbers_of_contacts.contact = contact_rooms.contact
    union all
    select
        22 as line_number,
        paced_rooms.room['name'] as room_name,
        paced_rooms.room['owner'] as owner,
        paced_rooms.room['room'] as room,
        candidates.episode_id,
        candidates.turn,
        candidates.takes_place
    from candidates
    inner join paced_rooms
        on candidates.campaign = paced_rooms.campaign
    where candidates.takes_place and paced_rooms.room['room'] is not null
),

rounds as (
    select
        0 as round_number,
        places.*,
        null::boolean as is_dialled
    from places
    union all
    select
        judged.round_number + 1 as round_number,
        judged.line_number,
        judged.room_name,
        judged.owner,
        judged.room,
        judged.episode_id,
        judged.turn,
        judged.takes_place,
        case
            when judged.is_dialled is not null then judged.is_dialled
            when bool_or(judged.sure_count >= judged.room) over (partition by judged.episode_id)
                then false
            when bool_and(judged.possible_count < judged.room) over (
                partition by judged.episode_id
            ) then true
        end as is_dialled
    from (
        select
            rounds.*,
            count(*) filter (where rounds.takes_place and rounds.is_dialled)
                over earlier_turns as sure_count,
            count(*) filter (where rounds.takes_place and rounds.is_dialled is distinct from false)
                over earlier_turns as possible_count,
            count(*) filter (where rounds.is_dialled is null) over () as open_count
        from rounds
        window earlier_turns as (
            partition by
                rounds.room_name,
                rounds.owner
            order by rounds.turn
            rows between unbounded preceding and 1 preceding
        )
    ) as judged
    where judged.open_count > 0
),

outcomes as (
    select
        rounds.*,
        count(*) filter (where rounds.takes_place and rounds.is_dialled)
            over earlier_turns as dialled_count,
        list(rounds.episode_id) filter (
            where rounds.takes_place and rounds.is_dialled and rounds.line_number < 22
        ) over earlier_turns as dialled_before
    from rounds
    where rounds.round_number = (select max(last_one.round_number) from rounds as last_one)
    window earlier_turns as (
        partition by
            rounds.room_name,
            rounds.owner
        order by rounds.turn
        rows between unbounded preceding and 1 preceding
    )
),

-- Of the rooms that were full the first line of the list tells the reason.
full_lines as (
    select
        outcomes.episode_id,
        bool_and(outcomes.is_dialled) as is_dialled,
        arg_min(outcomes.dialled_before, outcomes.line_number) filter (
            where not outcomes.is_dialled and outcomes.dialled_count >= outcomes.room
        ) as dialled_before,
        list_sort(list(distinct outcomes.line_number) filter (
            where
                outcomes.line_number is not null
                and not outcomes.is_dialled
                and outcomes.dialled_count >= outcomes.room
        )) as line_numbers
    from outcomes
    group by outcomes.episode_id
),

reasons as (
    select
        full_lines.episode_id,
        full_lines.is_dialled,
        list_sort(full_lines.dialled_before) as dialled_before,
        list_transform(
            full_lines.line_numbers,
            lambda line_number: case line_number
                when 20 then 'number_busy'
                when 21 then 'limit'
                else 'pacing'
            end
        ) as reasons
    from full_lines
)

select
    reasons.episode_id,
    reasons.is_dialled,
    reasons.reasons[1] as reason,
    coalesce(reasons.dialled_before, []) as proof,
    coalesce(reasons.reasons[2:], []) as also
from reasons
