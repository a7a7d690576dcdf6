"""Keys that are right each for itself and wrong, or hardly meant, together."""

from __future__ import annotations

from pathlib import Path

import pytest
from settings_files import SMALL, changed, faults, read, with_campaign

CAMPAIGN = "`campaigns.missed-calls"
PLACE = "in `reconcile.toml`"
CEL = 'cel = { path = "cel.csv", columns = "20" }\n'
CALLS_TABLE = '\n[sources.log]\nkind = "table"\npath = "calls.csv"\ncalls = "calls.sql"\n'


def test_a_dialled_number_cannot_go_with_shared_telephony(tmp_path: Path) -> None:
    text = with_campaign('shared_telephony = true\ndialled_numbers = ["+420200500100"]')
    (fault,) = faults(tmp_path, text)
    assert fault.startswith(f"{CAMPAIGN}.dialled_numbers` {PLACE}, line 18, cannot go with")
    assert "does not tell which company was called" in fault
    assert "`queues`" in fault


def test_shared_telephony_goes_with_queues(tmp_path: Path) -> None:
    assert read(tmp_path, with_campaign('shared_telephony = true\nqueues = ["a"]')).warnings == ()


def test_shared_telephony_without_queues_is_warned_of(tmp_path: Path) -> None:
    (warning,) = read(tmp_path, with_campaign("shared_telephony = true")).warnings
    assert "every company's dropped calls count" in warning


@pytest.mark.parametrize(
    ("earlier", "later", "told"),
    [
        # The same line, or one of several.
        ('dialled_numbers = ["+1", "+2"]', 'dialled_numbers = ["+2"]', "takes no call"),
        ('dialled_numbers = ["+2"]', 'dialled_numbers = ["+1", "+2"]', "shares `+2` with"),
        ('dialled_numbers = ["+1"]', 'dialled_numbers = ["+2"]', None),
        # Told apart by their queues.
        (
            'dialled_numbers = ["+1"]\nqueues = ["a"]',
            'dialled_numbers = ["+1"]\nqueues = ["b"]',
            None,
        ),
        ('dialled_numbers = ["+1"]\nqueues = ["a"]', 'dialled_numbers = ["+1"]', "shares `+1`"),
        ('queues = ["a", "b"]', 'dialled_numbers = ["+1"]\nqueues = ["b"]', "takes no call"),
        # One that takes every call, before or behind the others.
        ("", 'dialled_numbers = ["+1"]', "takes no call"),
        ("", "", "takes no call"),
        ('dialled_numbers = ["+1"]', "", None),
        ('queues = ["a"]', "", None),
        # With shared telephony menus stand for lines.
        (
            'shared_telephony = true\nmenus = ["m"]\ndropped_in = ["ivr"]',
            'shared_telephony = true\nmenus = ["m"]\nqueues = ["a"]\ndropped_in = ["ivr"]',
            "shares `m` with",
        ),
    ],
)
def test_two_campaigns_that_ask_for_the_same_calls_are_warned_of(
    tmp_path: Path, earlier: str, later: str, told: str | None
) -> None:
    text = with_campaign(earlier) + f"\n[campaigns.second]\n{later}\n"
    if "menus" in text:
        text += '\n[sources.log]\nkind = "asterisk"\nqueue_log = "q"\nmenus = ["m"]\n'
        text += 'cdr = { path = "c", columns = "21", time_zone = "UTC" }\ntrunks = ["T/*"]\n'
        text += 'incoming = { contexts = ["m"] }\n'
    warnings = [one for one in read(tmp_path, text).warnings if "stands before" in one]
    if told is None:
        assert warnings == []
    else:
        (warning,) = warnings
        assert "`campaigns.second`" in warning
        assert told in warning
        assert "`missed-calls`, which stands before it in the file" in warning


@pytest.mark.parametrize(
    ("lines", "is_warned"),
    [
        ("confirm_within_minutes = 10", False),
        ("confirm_within_minutes = 11", True),
        ("confirm_within_minutes = 11\nretry_minutes = [5]", False),
        ('confirm_within_minutes = 16\ncount_from = "previous_attempt"', True),
        ('confirm_within_minutes = 15\ncount_from = "previous_attempt"', False),
    ],
)
def test_a_dial_in_doubt_for_longer_than_a_step_is_warned_of(
    tmp_path: Path, lines: str, is_warned: bool
) -> None:
    warnings = read(tmp_path, with_campaign(lines)).warnings
    expected = f"{CAMPAIGN}.confirm_within_minutes` {PLACE}, line 17, is 1"
    assert [warning.startswith(expected) for warning in warnings] == [True] * is_warned


@pytest.mark.parametrize(("minutes", "is_warned"), [(61, False), (60, True)])
def test_giving_up_before_the_last_step_is_warned_of(
    tmp_path: Path, minutes: int, is_warned: bool
) -> None:
    warnings = read(tmp_path, with_campaign(f"give_up_after_minutes = {minutes}")).warnings
    assert ["the episode ends before" in warning for warning in warnings] == [True] * is_warned


def test_giving_up_later_than_calls_are_kept_is_refused(tmp_path: Path) -> None:
    text = "hot_days = 1\n" + with_campaign("give_up_after_minutes = 1441")
    assert "`hot_days`" in faults(tmp_path, text)[0]
    assert read(tmp_path, text.replace("1441", "1440"))


def test_menu_drops_need_a_source_that_lists_menus(tmp_path: Path) -> None:
    text = with_campaign('dropped_in = ["queue", "ivr"]')
    assert faults(tmp_path, text) == [
        f"{CAMPAIGN}.dropped_in` {PLACE}, line 17, has `ivr`, but no source lists its `menus`"
    ]
    assert read(tmp_path, text.replace("trunks", 'menus = ["menu"]\ntrunks')).warnings == ()
    assert read(tmp_path, text + CALLS_TABLE).warnings == (), "a select names its own menus"


def test_menu_drops_need_a_log_of_channels(tmp_path: Path) -> None:
    text = with_campaign('dropped_in = ["queue", "ivr"]').replace("trunks", 'menus = ["m"]\ntrunks')
    cdr = 'cdr = { path = "Master.csv", columns = "21", time_zone = "UTC" }\n'
    (fault,) = faults(tmp_path, text.replace(cdr, ""))
    assert fault.startswith(f"{CAMPAIGN}.dropped_in` {PLACE}, line 17, has `ivr`, but no source")
    assert fault.endswith("reads `cdr` or `cel`, which alone tell of them")
    assert read(tmp_path, text.replace(cdr, CEL)).warnings == ()


def test_menus_without_a_log_of_channels_are_warned_of(tmp_path: Path) -> None:
    text = SMALL.replace("trunks", 'menus = ["m"]\ntrunks')
    cdr = 'cdr = { path = "Master.csv", columns = "21", time_zone = "UTC" }\n'
    (warning,) = read(tmp_path, text.replace(cdr, "")).warnings
    assert warning.endswith("has no effect without `cdr` or `cel`, which alone tell of menus")


def test_cel_alone_is_enough_and_asks_for_what_the_cdr_asks_for(tmp_path: Path) -> None:
    logs = SMALL[SMALL.index("queue_log") : SMALL.index("incoming")]
    assert read(tmp_path, changed(logs, CEL)).warnings == ()
    bare = changed(SMALL[SMALL.index("queue_log") : SMALL.index("\n[sources.directory]")], CEL)
    incoming, trunks = read(tmp_path, bare).warnings
    assert "lacks `incoming`, so only calls of queues count as incoming" in incoming
    assert "lacks `trunks`, so outgoing calls are not seen" in trunks


@pytest.mark.parametrize("name", ["cel_dialled_number", "cel_attempt_key"])
def test_a_pattern_for_events_needs_them_and_their_column(tmp_path: Path, name: str) -> None:
    key = f'{name} = {{ column = "userfield", pattern = "(.+)" }}\n'
    (fault,) = faults(tmp_path, changed("trunks", f"{key}trunks"))
    assert fault.endswith("needs `cel`, for its column stands there")
    text = changed("trunks", f"{CEL}{key}trunks")
    assert read(tmp_path, text)
    few = (
        '["eventtype", "eventtime", "cid_num", "exten", "context", "channame", "appname", '
        '"appdata", "uniqueid", "linkedid", "peer"]'
    )
    (fault,) = faults(tmp_path, text.replace('"20"', few))
    assert fault.endswith("looks in column `userfield`, which `cel.columns` does not have")


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ('"19"', "expected `20`, or the list of the column names in the order of the file"),
        ('["eventtype", "evenntime"]', "the names are `eventtype`, `eventtime`"),
        ('["eventtype", "eventtype"]', "each name once"),
        ('["eventtype", "-", "eventtime"]', "a list that names `cid_num`, `exten`"),
    ],
)
def test_columns_of_cel_are_checked(tmp_path: Path, columns: str, told: str) -> None:
    text = changed("trunks", f"{CEL}trunks").replace('"20"', columns)
    assert told in faults(tmp_path, text)[0]


def test_a_campaigns_menu_must_be_a_menu_of_a_source(tmp_path: Path) -> None:
    text = with_campaign('dropped_in = ["ivr"]\nmenus = ["menu", "manu"]')
    (fault,) = faults(tmp_path, text.replace("trunks", 'menus = ["menu"]\ntrunks'))
    assert fault.endswith("has `manu`, which no source lists, expected some of `menu`")


def test_menus_without_ivr_are_warned_of(tmp_path: Path) -> None:
    text = with_campaign('menus = ["menu"]').replace("trunks", 'menus = ["menu"]\ntrunks')
    (warning,) = read(tmp_path, text).warnings
    assert "has no effect, for `dropped_in` does not have `ivr`" in warning


def test_the_dialler_must_be_a_sink(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, changed('dialler = "file"', 'dialler = "fiel"'))
    assert fault == (
        f'{CAMPAIGN}.dialler` {PLACE}, line 16, is `"fiel"`, expected the name of a sink: `file`, '
        "`none`"
    )


def test_no_sink_may_be_called_none(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, SMALL + '[sinks.none]\nkind = "stdout"\n')
    assert fault.startswith(f"`sinks.none` {PLACE}, line 20, ")


def test_a_campaign_without_calls_is_refused(tmp_path: Path) -> None:
    start, end = SMALL.index("[sources.pbx]"), SMALL.index("[sources.directory]")
    (fault,) = faults(tmp_path, SMALL[:start] + SMALL[end:])
    assert fault.startswith("`campaigns.missed-calls` in `reconcile.toml`, line 8, has no calls")


def test_a_missing_directory_is_warned_of(tmp_path: Path) -> None:
    start, end = SMALL.index("[sources.directory]"), SMALL.index("[campaigns")
    (warning,) = read(tmp_path, SMALL[:start] + SMALL[end:]).warnings
    assert warning.startswith("`reconcile.toml` has no source of contacts")


def test_a_file_without_campaigns_is_warned_of(tmp_path: Path) -> None:
    (warning,) = read(tmp_path, SMALL[: SMALL.index("[campaigns")]).warnings
    assert warning == "`reconcile.toml` has no `[campaigns.NAME]`, so nobody is called back"


def test_a_region_is_required_where_numbers_are_read(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, changed('region = "CZ"\n', ""))
    assert fault.startswith("`reconcile.toml` lacks `region`, which source `pbx`, `directory`")


@pytest.mark.parametrize("line", ['numbers = "opaque"', 'region = "CZ"'])
def test_no_region_is_needed_where_sources_do_without(tmp_path: Path, line: str) -> None:
    text = changed('region = "CZ"\n', "").replace("kind =", f"{line}\nkind =", 2)
    assert read(tmp_path, text).region == ""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'contacts = "contacts.sql"',
            "",
            "has none of `contacts`, `calls` and `do_not_call`, expected one of them",
        ),
        ("contacts.sql", 'a.sql"\ncalls = "b.sql', "has `contacts` and `calls`, expected one"),
        (
            "contacts.sql",
            'a.sql"\ndo_not_call = "b.sql',
            "has `contacts` and `do_not_call`, expected one",
        ),
        ("contacts.sql", 'a.sql"\nfold_key = "b', "needs `calls`, for only calls are folded"),
    ],
)
def test_a_table_gives_one_thing(tmp_path: Path, old: str, new: str, expected: str) -> None:
    (fault,) = faults(tmp_path, changed(old, new))
    assert fault.startswith("`sources.directory")
    assert expected in fault


def test_keys_of_csv_are_warned_of_in_other_formats(tmp_path: Path) -> None:
    text = changed('path = "contacts.csv"', 'path = "contacts.parquet"\ndelimiter = ";"')
    (warning,) = read(tmp_path, text).warnings
    assert "without effect: its format is parquet" in warning


def test_an_asterisk_needs_a_log(tmp_path: Path) -> None:
    logs = SMALL[SMALL.index("queue_log") : SMALL.index("incoming")]
    (fault,) = faults(tmp_path, changed(logs, ""))
    assert fault.endswith(
        "has neither `queue_log` nor `cdr` nor `cel`, expected at least one of them"
    )


@pytest.mark.parametrize("name", ["dialled_number", "attempt_key"])
def test_a_pattern_needs_the_column_it_looks_in(tmp_path: Path, name: str) -> None:
    key = f'{name} = {{ column = "linkedid", pattern = "(.+)" }}\n'
    text = changed("trunks", f"{key}trunks")
    assert read(tmp_path, text)
    (fault,) = faults(tmp_path, text.replace('"21"', '"18"'))
    assert fault.startswith(f"`sources.pbx.{name}` {PLACE}, line 8, looks in column `linkedid`")
    cdr = text[text.index("cdr =") : text.index("incoming")]
    (fault,) = faults(tmp_path, text.replace(cdr, ""))
    assert "needs `cdr`" in fault


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('trunks = ["PJSIP/trunk-*"]\n', "lacks `trunks`, so outgoing calls are not seen"),
        ('incoming = { contexts = ["from-trunk"] }\n', "lacks `incoming`, so only calls of queues"),
    ],
)
def test_call_records_without_direction_are_warned_of(
    tmp_path: Path, line: str, expected: str
) -> None:
    (warning,) = read(tmp_path, changed(line, "")).warnings
    assert expected in warning


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("Master.csv", "which `sources.pbx.cdr.path` reads"),
        ("queue_log.commands", "which `sources.pbx.queue_log` reads"),
        ("./out/../contacts.sql", "which `sources.directory.contacts` reads"),
        ("reconcile.toml", "which `reconcile.toml` reads"),
        ("state/commands.ndjson", "which lies in the folder of the state"),
    ],
)
def test_a_sink_may_not_write_into_what_is_read_or_kept(
    tmp_path: Path, path: str, why: str
) -> None:
    lines = f'path = "{path}"\nformat = "ndjson"\n'
    (fault,) = faults(tmp_path, changed('path = "commands.ndjson"\n', lines))
    assert fault.startswith("`sinks.file.path` in `reconcile.toml`, line 19, is `")
    assert why in fault


def test_a_link_to_what_is_read_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "link.ndjson").symlink_to(tmp_path / "Master.csv")
    (fault,) = faults(tmp_path, changed("commands.ndjson", "link.ndjson"))
    assert "which `sources.pbx.cdr.path` reads" in fault


def test_two_sinks_may_not_write_to_one_file(tmp_path: Path) -> None:
    other = '\n[sinks.other]\nkind = "file"\npath = "out/../commands.ndjson"\n'
    (fault,) = faults(tmp_path, changed('"commands.ndjson"\n', '"commands.ndjson"\n' + other))
    assert "to which the sink `file` writes as well" in fault


def test_a_star_stays_within_a_folder(tmp_path: Path) -> None:
    assert read(tmp_path, changed('"commands.ndjson"', '"queue_logs/new.ndjson"')).warnings == ()


@pytest.mark.parametrize("key", ["reach", "duplicate_scope"])
def test_a_rule_about_contacts_without_any_is_warned_of(tmp_path: Path, key: str) -> None:
    text = with_campaign(f'{key} = "contact"')
    assert read(tmp_path, text).warnings == ()
    without = text.replace("contacts = ", "calls = ")
    warnings = read(tmp_path, without).warnings
    assert [one for one in warnings if key in one] == [
        f"{CAMPAIGN}.{key}` {PLACE}, line 17, has no effect, for no source gives contacts"
    ]


@pytest.mark.parametrize("key", ["reach", "duplicate_scope"])
def test_what_is_neither_number_nor_contact_is_refused(tmp_path: Path, key: str) -> None:
    (fault,) = faults(tmp_path, with_campaign(f'{key} = "company"'))
    assert fault == (
        f'{CAMPAIGN}.{key}` {PLACE}, line 17, is `"company"`, expected one of `number`, `contact`'
    )


def test_waiting_for_operators_where_no_source_tells_of_them_is_warned_of(tmp_path: Path) -> None:
    log, text = 'queue_log = "queue_log*"\n', with_campaign('hold_without_operators_in = ["sales"]')
    assert read(tmp_path, text).warnings == ()
    warnings = read(tmp_path, text.replace(log, "")).warnings
    assert [one for one in warnings if "operators" in one] == [
        f"{CAMPAIGN}.hold_without_operators_in` {PLACE}, line 16, has no effect, for no source "
        "reads a `queue_log`, which alone tells of operators"
    ]


def test_a_list_without_a_queue_is_refused(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, with_campaign("hold_without_operators_in = []"))
    assert "leave the key out to dial in any case" in fault
