"""Reading `reconcile.toml`: values, defaults, faults and warnings."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from settings_files import SMALL, changed, faults, read, with_campaign

from reconcile.errors import ExitCode, SettingInvalid
from reconcile.settings import (
    AsteriskLogs,
    AttemptKey,
    CdrFile,
    DialledNumber,
    FileSink,
    Incoming,
    ResultFiles,
    StdoutSink,
    TableFiles,
    as_json,
    load,
    settings_hash,
)
from reconcile.settings.literals import literal

SAMPLE = Path(__file__).parent.parent / "samples" / "reconcile.toml"
PLACE = "in `reconcile.toml`"


def test_the_sample_is_read_without_a_warning() -> None:
    settings = load(SAMPLE)
    assert settings.warnings == ()
    pbx, directory = settings.sources
    assert isinstance(pbx.detail, AsteriskLogs)
    assert pbx.detail.queue_log == "recording/queue_log*"
    assert pbx.detail.incoming == Incoming(contexts=("from-trunk", "menu"))
    assert pbx.detail.dialled_number == DialledNumber(column="userfield", pattern="^did:(.+)$")
    assert pbx.detail.attempt_key == AttemptKey(
        column="userfield", pattern="^callback/([^/]+)/(\\d+)$"
    )
    assert (pbx.gives_calls, pbx.gives_contacts) == (True, False)
    assert (directory.gives_calls, directory.gives_contacts) == (False, True)
    assert settings.campaigns[0].dropped_in == ("queue", "ivr")
    assert settings.campaigns[0].starts_at == datetime(2026, 11, 20, 8)  # noqa: DTZ001 - UTC inside


def test_what_is_left_out_has_the_defaults_of_the_state_table(tmp_path: Path) -> None:
    settings = read(tmp_path, SMALL)
    campaign = settings.campaigns[0]
    assert campaign.retry_minutes == (5, 15, 60)
    assert campaign.settle_seconds == 60
    assert campaign.short_drop_seconds == 0
    assert campaign.min_gap_minutes == 5
    assert campaign.confirm_within_minutes == 5
    assert campaign.give_up_after_minutes == 480
    assert campaign.on_repeat == "join"
    assert campaign.dialled_numbers == campaign.queues == campaign.menus == ()
    assert settings.sources[0].max_feed_lag_minutes == 5
    assert settings.sources[0].open_call_limit_minutes == 120
    assert settings.max_shrink_percent == 20
    assert settings.clock_tolerance_seconds == 5


def test_campaigns_keep_the_order_of_the_file(tmp_path: Path) -> None:
    settings = read(tmp_path, SMALL + "[campaigns.zebra]\n[campaigns.aardvark]\n")
    names = [campaign.name for campaign in settings.campaigns]
    assert names == ["missed-calls", "zebra", "aardvark"]


def test_a_source_has_its_own_region_or_the_programs(tmp_path: Path) -> None:
    text = changed('kind = "table"\n', 'kind = "table"\nregion = "DE"\n')
    assert [source.region for source in read(tmp_path, text).sources] == ["CZ", "DE"]


@pytest.mark.parametrize("columns", ['"18"', "18"])
def test_the_columns_can_be_told_by_their_number(tmp_path: Path, columns: str) -> None:
    logs = read(tmp_path, changed('"21"', columns)).sources[0].detail
    assert isinstance(logs, AsteriskLogs)
    assert logs.cdr is not None
    assert len(logs.cdr.columns) == 18
    assert logs.cdr.columns[-1] == "userfield"


def test_the_columns_can_be_told_by_name_with_gaps(tmp_path: Path) -> None:
    names = ["src", "dst", "dcontext", "channel", "dstchannel", "start", "answer", "end"]
    names += ["disposition", "uniqueid"]
    text = changed('"21"', literal(["-", *names, "-"]))
    logs = read(tmp_path, text).sources[0].detail
    assert isinstance(logs, AsteriskLogs)
    assert logs.cdr == CdrFile(path="Master.csv", columns=("-", *names, "-"), time_zone="UTC")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.csv", "csv"),
        ("a*.JSONL", "ndjson"),
        ("a.json", "json"),
        ("a/*.parquet", "parquet"),
        ("a.csv.gz", "csv"),
    ],
)
def test_the_ending_tells_the_format(tmp_path: Path, path: str, expected: str) -> None:
    text = SMALL + f'[sources.back]\nkind = "results"\npath = "{path}"\n'
    assert read(tmp_path, text).sources[-1].detail == ResultFiles(path=path, format=expected)


def test_a_format_that_is_given_beats_the_ending(tmp_path: Path) -> None:
    text = changed('path = "commands.ndjson"', 'path = "commands.log"\nformat = "csv"')
    detail = read(tmp_path, text).sinks[0].detail
    assert detail == FileSink(path="commands.log", format="csv")


def test_a_sink_named_like_a_kind_is_of_that_kind(tmp_path: Path) -> None:
    settings = read(tmp_path, SMALL + '[sinks.stdout]\n[sinks.copy]\nkind = "stdout"\n')
    assert [sink.kind for sink in settings.sinks] == ["file", "stdout", "stdout"]
    assert settings.sinks[1].detail == StdoutSink()


def test_an_encoding_is_called_by_its_first_name(tmp_path: Path) -> None:
    text = changed('kind = "table"\n', 'kind = "table"\nencoding = "windows-1250"\n')
    table = read(tmp_path, text).sources[1].detail
    assert isinstance(table, TableFiles)
    assert table.encoding == "cp1250"


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-20T08:00:00Z",
        "2026-11-20T09:00:00+01:00",
        "2026-11-20 08:00:00",
        '"2026-11-20 09:00+01:00"',
    ],
)
def test_a_start_is_utc_unless_it_has_an_offset(tmp_path: Path, written: str) -> None:
    settings = read(tmp_path, with_campaign(f"starts_at = {written}"))
    assert settings.campaigns[0].starts_at == datetime(2026, 11, 20, 8)  # noqa: DTZ001 - UTC inside


def test_a_date_as_start_is_its_first_second(tmp_path: Path) -> None:
    settings = read(tmp_path, with_campaign("starts_at = 2026-11-20"))
    assert settings.campaigns[0].starts_at == datetime(2026, 11, 20)  # noqa: DTZ001 - UTC inside


def test_a_mark_of_windows_editors_in_front_is_no_fault(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeff" + SMALL.replace("\n", "\r\n")).region == "CZ"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("retry_minutes = [15, 5]", "is `[15, 5]`, expected a list of 1 to 20 whole minutes"),
        ("retry_minutes = [5, 5]", "is `[5, 5]`, expected a list of 1 to 20 whole minutes"),
        ("retry_minutes = [-1]", "is `[-1]`, `-1` in it does not fit, expected a list of 1 to 20"),
        ("retry_minutes = [5, true]", "`true` in it does not fit"),
        ("retry_minutes = []", "is `[]`, expected a list of 1 to 20"),
        ("settle_seconds = true", "is `true`, expected a whole number from 0 to 86400"),
        ("min_talk_seconds = 3601", "is `3601`, expected a whole number from 0 to 3600"),
        ("min_talk_seconds = -1", "is `-1`, expected a whole number from 0 to 3600"),
        ('settle_seconds = "60"', 'is `"60"`, expected a whole number'),
        ('queues = "sales"', 'is `"sales"`, expected a list of queue names'),
        ("queues = []", "is `[]`, expected a list of queue names (leave the key out for every"),
        ('queues = ["a", "a"]', 'is `["a", "a"]`, expected a list of queue names'),
        ('dropped_in = ["menu"]', '`"menu"` in it does not fit, expected one of `queue`, `ivr`'),
        ("remove_on = []", "is `[]`, expected a list with at least one of `incoming`, `outgoing`"),
        ('on_repeat = "Join"', 'is `"Join"`, expected one of `join`, `restart`'),
        ("starts_at = 08:00:00", "is `08:00:00`, expected an instant such as"),
        ('starts_at = "soon"', 'is `"soon"`, expected an instant such as'),
    ],
)
def test_a_fault_tells_key_value_form_file_and_line(
    tmp_path: Path, lines: str, expected: str
) -> None:
    key = lines.partition(" ")[0]
    (fault,) = faults(tmp_path, with_campaign(lines))
    assert fault.startswith(f"`campaigns.missed-calls.{key}` {PLACE}, line 17, ")
    assert expected in fault


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"CZ"', '"UK"', '`region` in `reconcile.toml`, line 1, is `"UK"`, expected a country'),
        ('"UTC"', '"Prague"', 'line 6, is `"Prague"`, expected a time zone'),
        ('"UTC"', '"../UTC"', 'line 6, is `"../UTC"`, expected a time zone'),
        ('"21"', '"20"', '`sources.pbx.cdr.columns` in `reconcile.toml`, line 6, is `"20"`'),
        ('"21"', '["src", "caller"]', '`"caller"` in it does not fit, expected `18`, `21`, or'),
        ('"21"', '["src"]', "a list that names `dst`, `dcontext`, `channel`"),
        (', time_zone = "UTC"', "", "`sources.pbx.cdr` in `reconcile.toml`, line 6, lacks `time_"),
        ('kind = "asterisk"', "", "`sources.pbx` in `reconcile.toml`, line 3, lacks `kind`"),
        ('"asterisk"', '"mysql"', 'is `"mysql"`, expected one of `asterisk`, `table`, `results`'),
        ('"Master.csv"', '""', '`sources.pbx.cdr.path` in `reconcile.toml`, line 6, is `""`'),
        ('path = "commands.ndjson"', "", "`sinks.file` in `reconcile.toml`, line 18, lacks `path`"),
        ("commands.ndjson", "commands.out", "line 18, lacks `format`, which its `path` does not"),
        ("[sinks.file]", "[sinks.dialler]", "line 18, lacks `kind`, expected one of `file`"),
    ],
)
def test_a_fault_in_a_source_or_sink_tells_its_place(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert expected in "\n".join(faults(tmp_path, changed(old, new)))


@pytest.mark.parametrize(
    "number", ["*", "+42020*", "+420 200 000*", "4202000004*", "+420*0004", "+4202000004**", "22*"]
)
def test_a_block_of_own_numbers_is_its_beginning_in_full(tmp_path: Path, number: str) -> None:
    text = changed("trunks", f'own_numbers = ["+420200500100", "{number}"]\ntrunks')
    (fault,) = faults(tmp_path, text)
    assert f'`"{number}"` in it does not fit, expected a list of numbers; a block' in fault


@pytest.mark.parametrize("number", ["221", "00420 200 500 100", "+420200*", "+4202000004*"])
def test_own_numbers_are_single_ones_or_blocks(tmp_path: Path, number: str) -> None:
    text = changed("trunks", f'own_numbers = ["{number}"]\ntrunks')
    logs = read(tmp_path, text).sources[0].detail
    assert isinstance(logs, AsteriskLogs)
    assert logs.own_numbers == (number,)


@pytest.mark.parametrize("line", ['encoding = "utf-7.5"', 'encoding = "hex"', 'delimiter = ";;"'])
def test_an_encoding_must_be_known_and_a_delimiter_one_sign(tmp_path: Path, line: str) -> None:
    text = changed('kind = "table"\n', f'kind = "table"\n{line}\n')
    (fault,) = faults(tmp_path, text)
    assert fault.startswith(f"`sources.directory.{line.partition(' ')[0]}` {PLACE}, line 12, is ")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("retry_minute = [5]", "is not known here, the nearest is `retry_minutes`"),
        ("xyz = 1", "is not known here, expected one of `calling_hours`, `confirm_within_minutes`"),
    ],
)
def test_an_unknown_key_is_told_with_its_nearest(tmp_path: Path, line: str, expected: str) -> None:
    (fault,) = faults(tmp_path, with_campaign(line))
    assert fault.startswith(f"`campaigns.missed-calls.{line.partition(' ')[0]}` {PLACE}, line 17, ")
    assert expected in fault


def test_a_key_of_another_kind_is_told_as_such(tmp_path: Path) -> None:
    text = changed('kind = "table"\n', 'kind = "table"\ntrunks = ["x"]\n')
    assert faults(tmp_path, text) == [
        f"`sources.directory.trunks` {PLACE}, line 12, is not known here, it belongs to kind "
        "`asterisk`"
    ]


def test_an_unknown_section_is_told_with_its_nearest(tmp_path: Path) -> None:
    assert faults(tmp_path, SMALL + "[campaign.more]\n") == [
        f"`campaign` {PLACE}, line 20, is not known here, the nearest is `campaigns`"
    ]


def test_all_faults_are_told_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = with_campaign("settle_second = 5\nretry_minutes = [5, 3]").replace('"CZ"', '"XX"')
    lines = [fault.split(" line ")[1].split(",")[0] for fault in faults(tmp_path, text)]
    assert lines == ["1", "17", "18"]


def test_the_error_speaks_in_lines_and_asks_for_exit_code_2(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid) as caught:
        read(tmp_path, with_campaign("settle_seconds = -1\nmin_gap_minutes = -1"))
    first, second, follows, hint = caught.value.lines()
    assert "settle_seconds" in first
    assert "min_gap_minutes" in second
    assert follows == "No source was read and no command was made"
    assert hint.startswith("hint: `reconcile init`")
    assert caught.value.exit_code == ExitCode.USAGE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('kind = "asterisk"', 'kind = "asterix"'),
        ('region = "CZ"', 'region = "cz"'),
        ('path = "commands.ndjson"', 'path = "commands.out"\nformat = "xml"'),
        ('queue_log = "queue_log*"\ncdr =', "queue_log = 1\n#"),
        ('columns = "21"', "columns = 20"),
        ('contacts = "contacts.sql"', "contacts = 1"),
        ('path = "contacts.csv"', "path = 1"),
        ('"file"\n', '"file"\nretry_minutes = [5, 1]\nconfirm_within_minutes = 60\n'),
        ('dialler = "file"', "dialler = 1"),
        ('path = "commands.ndjson"', "path = 1"),
    ],
)
def test_one_fault_does_not_seem_two(tmp_path: Path, old: str, new: str) -> None:
    found = faults(tmp_path, changed(old, new))
    assert len(found) == 1


def test_keys_beside_a_faulty_one_are_compared_all_the_same(tmp_path: Path) -> None:
    text = with_campaign('retry_minutes = []\nshared_telephony = true\ndialled_numbers = ["1"]')
    texts = faults(tmp_path, text.replace('dialler = "file"', 'dialler = "fax"'))
    assert len(texts) == 3
    assert "cannot go with `shared_telephony = true`" in texts[2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("region = CZ\n", "`reconcile.toml`, line 1, column 10, is no TOML: invalid value"),
        ('state = "s"\nstate = "t"\n', "`reconcile.toml`, line 2, column 12, is no TOML: cannot"),
        ("state = [1,", "`reconcile.toml`, end of document, is no TOML: "),
    ],
)
def test_a_slip_in_the_toml_is_told_with_its_line(tmp_path: Path, text: str, expected: str) -> None:
    (fault,) = faults(tmp_path, text)
    assert fault.startswith(expected)


def test_a_file_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "reconcile.toml"
    file.write_bytes(b'state = "s"\n# \xe8\n')
    with pytest.raises(SettingInvalid, match=r"`reconcile\.toml`, line 2, is not UTF-8"):
        load(file)


def test_a_missing_file_is_told_with_the_command_that_writes_one(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid) as caught:
        load(tmp_path / "reconcile.toml")
    assert "cannot be read: No such file" in caught.value.what
    assert "reconcile init" in caught.value.hint


@pytest.mark.parametrize("section", ["sources", "campaigns", "sinks"])
@pytest.mark.parametrize("value", ["5", "[[1]]", "{ x = 1 }"])
def test_a_section_that_is_no_table_of_tables_is_told(
    tmp_path: Path, section: str, value: str
) -> None:
    (fault, *_) = faults(tmp_path, f'region = "CZ"\n{section} = {value}\n')
    assert f"expected tables `[{section}.NAME]`" in fault
    assert "line 2," in fault


def test_paths_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    settings = read(tmp_path, SMALL)
    assert settings.folder == tmp_path
    assert settings.state_folder == tmp_path / "state"
    assert settings.path("/elsewhere/x") == Path("/elsewhere/x")


def test_the_hash_knows_values_and_not_how_they_are_written(tmp_path: Path) -> None:
    other = tmp_path / "elsewhere"
    other.mkdir()
    reordered = SMALL.replace(
        'kind = "asterisk"\nqueue_log = "queue_log*"\n',
        '# a comment\nqueue_log = "queue_log*"\nkind = "asterisk"\nnumbers = "e164"\n',
    )
    assert reordered != SMALL
    plain = settings_hash(read(tmp_path, SMALL))
    assert settings_hash(read(other, reordered)) == plain
    assert settings_hash(read(tmp_path, with_campaign("min_gap_minutes = 6"))) != plain
    assert len(plain) == 16


def test_the_order_of_campaigns_is_a_value(tmp_path: Path) -> None:
    first = read(tmp_path, SMALL + "[campaigns.a]\n[campaigns.b]\n")
    second = read(tmp_path, SMALL + "[campaigns.b]\n[campaigns.a]\n")
    assert settings_hash(first) != settings_hash(second)


def test_the_values_in_force_can_be_read(tmp_path: Path) -> None:
    text = as_json(read(tmp_path, with_campaign("starts_at = 2026-11-20T08:00:00Z")))
    assert '"starts_at": "2026-11-20T08:00:00Z"' in text
    assert '"path": "Master.csv"' in text
    assert '"name": "missed-calls"' in text


def test_reading_loads_no_heavy_library(tmp_path: Path) -> None:
    (tmp_path / "reconcile.toml").write_text(SMALL, encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from reconcile.settings import load\n"
        "load(Path('reconcile.toml'))\n"
        "heavy = {'duckdb', 'phonenumbers', 'zoneinfo', 'difflib', 'pandas', 'textwrap'}\n"
        "sys.exit(', '.join(heavy & sys.modules.keys()) or 0)"
    )
    root = str(Path(__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
