-- What is not known of a past run, and which decisions cannot be judged for it.
-- Grain:  one row per gap, and per episode or reason that it is about (null: any)
-- Reads:  kept.commands, kept.closings_by_hand, kept.deliveries_by_hand, kept.pauses
-- Params: $run_at timestamp, $previous_at timestamp, $is_published_whole boolean,
--         $is_history_cut boolean, $is_of_older_version boolean, $misses_results boolean,
--         $misses_operators boolean
--
-- sink_asked: of a dial that its sink may have, the run asks the sink first, and what that said is
-- not kept apart from what the run made of it. by_hand, of pauses and closings: those of the second
-- of the run, which can have come before it or after it.
select
    'unpublished' as gap,
    null::varchar as episode_id,
    null::varchar as reason
where not $is_published_whole::boolean
union all
select
    'history_cut' as gap,
    null as episode_id,
    null as reason
where $is_history_cut::boolean
union all
select
    'results' as gap,
    null as episode_id,
    null as reason
where $misses_results::boolean
union all
select
    'operators' as gap,
    null as episode_id,
    'no_operator' as reason
where $misses_operators::boolean
union all
select
    'older_version' as gap,
    null as episode_id,
    unnest(
        ['duplicate', 'not_in_directory', 'do_not_call', 'feed_stale', 'clock_back']
    ) as reason
where $is_of_older_version::boolean
union all
select
    'sink_asked' as gap,
    commands.episode_id,
    null as reason
from kept.commands as commands
where commands.kind = 'dial' and commands.state in ('offered', 'unsure')
union all
select
    'by_hand' as gap,
    commands.episode_id,
    null as reason
from kept.deliveries_by_hand as deliveries
inner join kept.commands as commands
    on deliveries.command_key = commands.command_key
where
    not deliveries.is_copy
    and deliveries.done_at >= coalesce($previous_at::timestamp, deliveries.done_at)
    and deliveries.done_at <= $run_at::timestamp
union all
select
    'by_hand' as gap,
    null as episode_id,
    'paused' as reason
from kept.pauses as pauses
where $run_at::timestamp in (pauses.paused_at, pauses.resumed_at)
union all
select
    'by_hand' as gap,
    closings.episode_id,
    null as reason
from kept.closings_by_hand as closings
where closings.closed_at = $run_at::timestamp
