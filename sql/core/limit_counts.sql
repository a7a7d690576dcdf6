-- How far each limit of a due episode is used up, and from when it lets the next dial leave.
-- Grain:  one row per due episode and limit
-- Reads:  core.limit_instants, core.limit_numbers, core.counted_calls, settings.limits
-- Params: none
--
-- A call counts for `hours` from its beginning, to the second; at the end of them no more. Of a
-- limit of three the third newest call is the one whose leaving frees it: free_at, null while the
-- limit is not reached. `room` is how many dials it lets leave now.
with due_limits as (
    select
        instants.episode_id,
        instants.asked_at,
        instants.known_until,
        limits.calls,
        limits.hours,
        limits.per
    from core.limit_instants as instants
    inner join settings.limits as limits
        on instants.campaign = limits.campaign
),

calls_in_window as (
    select
        due_limits.episode_id,
        due_limits.calls,
        due_limits.hours,
        due_limits.per,
        counted_calls.proof,
        counted_calls.called_at,
        row_number() over (
            partition by
                due_limits.episode_id,
                due_limits.calls,
                due_limits.hours,
                due_limits.per
            order by
                counted_calls.called_at desc,
                counted_calls.proof
        ) as place
    from due_limits
    inner join core.limit_numbers as limit_numbers
        on due_limits.episode_id = limit_numbers.episode_id
        and due_limits.per = limit_numbers.per
    inner join core.counted_calls as counted_calls
        on limit_numbers.number = counted_calls.number
    where
        counted_calls.called_at + due_limits.hours * interval '1 hour' > due_limits.asked_at
        and counted_calls.called_at <= coalesce(due_limits.known_until, counted_calls.called_at)
),

newest_calls as (
    select
        calls_in_window.episode_id,
        calls_in_window.calls,
        calls_in_window.hours,
        calls_in_window.per,
        count(*) as call_count,
        min(calls_in_window.called_at) as oldest_called_at,
        list_sort(list(calls_in_window.proof)) as proof
    from calls_in_window
    where calls_in_window.place <= calls_in_window.calls
    group by
        calls_in_window.episode_id,
        calls_in_window.calls,
        calls_in_window.hours,
        calls_in_window.per
)

select
    due_limits.episode_id,
    due_limits.calls,
    due_limits.hours,
    due_limits.per,
    due_limits.calls - coalesce(newest_calls.call_count, 0) as room,
    case
        when newest_calls.call_count = due_limits.calls
            then newest_calls.oldest_called_at + due_limits.hours * interval '1 hour'
    end as free_at,
    coalesce(newest_calls.proof, []) as proof
from due_limits
left join newest_calls
    on due_limits.episode_id = newest_calls.episode_id
    and due_limits.calls = newest_calls.calls
    and due_limits.hours = newest_calls.hours
    and due_limits.per = newest_calls.per
