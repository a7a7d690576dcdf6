-- Rules that several files ask for, each written once.
-- Whether a connection has lasted so long, until over_at or until now, that it is a talk.
create macro kept.is_talk(talk_at, over_at, min_talk_seconds) as
    coalesce(min_talk_seconds, 0) = 0
    or over_at >= talk_at + min_talk_seconds * interval '1 second';

-- Why a snapshot with so many things is refused for what it lost (A12); null where it lost no more
-- than it may.
create macro kept.shrinkage(things, thing_count, last_count, max_shrink_percent) as
    case
        when thing_count < last_count * (1 - max_shrink_percent / 100)
            then
                'it shrank from ' || last_count::varchar || ' ' || things || ' to '
                || thing_count::varchar || ', by more than '
                || max_shrink_percent::bigint::varchar || ' percent'
    end;

-- Whether an episode or a dropped call is given up so many open minutes after dropped_at (A10): by
-- the clock that stands still while the calling hours are closed, where the span of dropped_at is
-- known, else by the wall clock.
create macro kept.is_given_up(
    now_at, open_clock_now, span_clock_at, is_open, begins_at, dropped_at, give_up_after_minutes
) as
    case when span_clock_at is null then now_at else open_clock_now end
    >= case
        when span_clock_at is null then dropped_at
        else kept.open_clock(span_clock_at, is_open, begins_at, dropped_at)
    end
    + give_up_after_minutes * interval '1 minute';

-- Whether what a call carries is the key of a dial, whole or as its digest.
create macro kept.is_key_of(attempt_key, command_key) as
    attempt_key in (command_key, left(md5(command_key), 16));

-- Whether it is a tag NUMBER/ATTEMPT that fits the dial: it names the attempt, not the episode.
create macro kept.is_tag_of(attempt_key, command_key, number, number_raw) as
    attempt_key in (
        number || '/' || regexp_extract(command_key, '([0-9]+)$', 1),
        number_raw || '/' || regexp_extract(command_key, '([0-9]+)$', 1)
    );
