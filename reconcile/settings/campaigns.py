"""The keys of `[campaigns.NAME]`: who is called back, when, how often, and what ends it."""

# ruff: noqa: RUF009 - `key` makes a dataclass field

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconcile.settings import forms
from reconcile.settings.hours import Holidays, holidays_key, hours_key, hours_of_key
from reconcile.settings.keys import key
from reconcile.settings.limits import Limit, limits_key, presets_key
from reconcile.settings.redials import Redial, retry_on_key
from reconcile.settings.schedules import time_zone

if TYPE_CHECKING:
    from datetime import datetime

NO_DIALLER = "none"
_DAY_SECONDS = 86_400
_YEAR_MINUTES = 525_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One campaign. An empty tuple of lines, queues or menus means: every one."""

    name: str
    dialled_numbers: tuple[str, ...] = key(
        forms.texts("a list of numbers (leave the key out for every line)"),
        "The lines whose dropped calls count, as clients dial them.",
        default=(),
        default_words="every line",
        example=("+420200500100",),
    )
    queues: tuple[str, ...] = key(
        forms.texts("a list of queue names (leave the key out for every queue)"),
        "The queues whose dropped calls count.",
        default=(),
        default_words="every queue",
        example=("sales", "helpdesk"),
    )
    menus: tuple[str, ...] = key(
        forms.texts("a list of menus (leave the key out for every one that a source lists)"),
        "The menus whose `ivr` drops count.",
        default=(),
        default_words="every menu that a source lists",
        example=("ivr-main",),
    )
    dropped_in: tuple[str, ...] = key(
        forms.some_of("queue", "ivr", "timeout", "exit_key", "empty", "ringing"),
        "Which dropped calls open an episode: hung up in a queue or a menu (`ivr`), sent on by the "
        "queue's time, by a key or for want of agents, hung up while a desk rang.",
        default=("queue",),
    )
    retry_minutes: tuple[int, ...] = key(
        forms.steps(),
        "When each attempt is due, counted from the end of the dropped call.",
        default=(5, 15, 60),
        unit="minutes",
    )
    remove_on: tuple[str, ...] = key(
        forms.some_of("incoming", "outgoing"),
        "Which talks with an operator end the episode. A talk in an attempt always does.",
        default=("incoming", "outgoing"),
    )
    reach: str = key(
        forms.one_of("number", "contact"),
        "Whose talks end the episode: those with its number, or with any number of its contact. A "
        "number that stands on several contacts tells of nobody.",
        default="number",
    )
    shared_telephony: bool = key(
        forms.flag(),
        "Several companies share the phone system, so the dialled number tells nothing: "
        "`queues` and `menus` stand for the line.",
        default=False,
    )
    dialler: str = key(
        forms.text(f'the name of a sink, or "{NO_DIALLER}"'),
        'The name of the one sink that dials; "none" decides and reports only.',
        default=NO_DIALLER,
    )
    copies: tuple[str, ...] = key(
        forms.texts("a list of names of sinks"),
        "Sinks that get a marked copy of each command once the dialler has taken it, for "
        "information. None of them holds up the dialler, another one or a number.",
        default=(),
        default_words="none",
        example=("stdout",),
    )
    priority: int = key(
        forms.whole(-1000, 1000),
        "Dials of a campaign with a higher one leave first, then those of the oldest promise.",
        default=0,
    )
    dials_per_run: int | None = key(
        forms.whole(1, 1_000_000),
        "The most dials that one run hands out for the campaign.",
        default=None,
        default_words="any number",
        example=20,
    )
    dials_waiting_max: int | None = key(
        forms.whole(1, 1_000_000),
        "The most dials of the campaign handed out whose call is not over or not seen yet.",
        default=None,
        default_words="any number",
        example=50,
    )
    starts_at: datetime | None = key(
        forms.instant(),
        "Calls dropped before this instant (UTC, or with an offset) are counted, never dialled.",
        default=None,
        default_words="the campaign's first run",
        example="2026-11-20T08:00:00Z",
    )
    settle_seconds: int = key(
        forms.whole(0, _DAY_SECONDS),
        "How long after its end a dropped call is left to settle; the first step at the latest.",
        default=60,
        unit="seconds",
    )
    short_drop_seconds: int = key(
        forms.whole(0, _DAY_SECONDS),
        "A dropped call shorter than this does not count.",
        default=0,
        unit="seconds",
    )
    min_gap_minutes: int = key(
        forms.whole(0, _YEAR_MINUTES),
        "The least time from the end of one attempt to the next.",
        default=5,
        unit="minutes",
    )
    count_manual_attempts: bool = key(
        forms.flag(),
        "Whether an unanswered call by hand, or of another system, counts as the next attempt.",
        default=False,
    )
    stop_on: tuple[str, ...] = key(
        forms.some_of("no_such_number", "rejected", "failed", "busy", "machine", "client_alone"),
        "Results of an attempt after which none follows: the episode ends `exhausted`.",
        default=(),
        default_words="no result",
        example=("no_such_number", "rejected"),
    )
    retry_on: tuple[Redial, ...] = retry_on_key()
    calling_hours: tuple[str, ...] = hours_key()
    time_zone: str = key(
        time_zone(),
        "The zone of its calling hours and holidays.",
        default="",
        default_words="the program's `time_zone`",
        example="Europe/Prague",
    )
    hours_of: str = hours_of_key()
    holidays: Holidays | None = holidays_key()
    hold_without_operators_in: tuple[str, ...] = key(
        forms.texts("a list of queue names (leave the key out to dial in any case)"),
        "Dials wait while none of these queues has an operator who is logged in and not paused, as "
        "far as a `queue_log` shows. Where it shows none of their members, nothing is held.",
        default=(),
        default_words="none: dials never wait for operators",
        example=("sales",),
    )
    limits: tuple[Limit, ...] = limits_key()
    presets: tuple[str, ...] = presets_key()
    min_talk_seconds: int = key(
        forms.whole(0, 3600),
        "A connection shorter than this is no talk: it ends no episode, and an attempt with it "
        "counts as unanswered. One that goes on holds dials, and is a talk once it has lasted so "
        "long. 0: any connection is a talk.",
        default=0,
        unit="seconds",
    )
    confirm_within_minutes: int = key(
        forms.whole(1, _YEAR_MINUTES),
        "How long after a dial its call may take to be seen, before the attempt counts as made.",
        default=5,
        unit="minutes",
    )
    give_up_after_minutes: int = key(
        forms.whole(1, _YEAR_MINUTES),
        "An episode ends so long after its last dropped call, counted in its calling hours.",
        default=480,
        unit="minutes",
    )
    count_from: str = key(
        forms.one_of("added", "previous_attempt"),
        "Whether `retry_minutes` count from the dropped call (`added`) or the attempt before.",
        default="added",
    )
    on_repeat: str = key(
        forms.one_of("join", "restart"),
        "What another dropped call does: it joins, or it restarts the steps that are left.",
        default="join",
    )
    unknown_callers: str = key(
        forms.one_of("dial", "block"),
        "What becomes of callers who are not in the directory.",
        default="dial",
    )
    duplicates: str = key(
        forms.one_of("block", "dial_once"),
        "What becomes of a number on two or more contacts: blocked, or dialled without a contact.",
        default="block",
    )
    duplicate_scope: str = key(
        forms.one_of("number", "contact"),
        "Which numbers are duplicates: those on two or more contacts, or all numbers of a contact "
        "on which one such number stands.",
        default="number",
    )
    drop_after_talk: bool = key(
        forms.flag(),
        "Whether a client who talked, was handed on and then hung up waiting was dropped.",
        default=True,
    )
