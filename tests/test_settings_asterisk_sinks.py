"""The keys by which an Asterisk is told over AMI and by call files."""

from __future__ import annotations

from pathlib import Path

import pytest
from settings_files import SMALL, changed, faults, read

from reconcile.run_start import open_sinks

AMI = """\
kind = "ami"
user = "reconcile"
password = { env = "AMI_PASSWORD" }
dial = "customer_first"
endpoint = "PJSIP/{number}@trunk"
context = "callback"
"""
CALL_FILE = """\
kind = "call_file"
dial = "agent_first"
endpoint = "Local/101@desks/n"
context = "outgoing"
extension = "{digits}"
"""


def with_sink(lines: str) -> str:
    """The small settings with a sink of these keys."""
    return changed('[sinks.file]\npath = "commands.ndjson"\n', f"[sinks.file]\n{lines}")


@pytest.mark.parametrize("lines", [AMI, CALL_FILE], ids=["ami", "call_file"])
def test_the_least_keys_are_enough_and_nothing_is_touched(tmp_path: Path, lines: str) -> None:
    settings = read(tmp_path, with_sink(lines))
    assert settings.warnings == ()
    assert set(open_sinks(settings)) == {"file"}
    assert [path.name for path in tmp_path.iterdir()] == ["reconcile.toml"]


@pytest.mark.parametrize(
    ("lines", "old", "new", "said"),
    [
        (AMI, '"PJSIP/{number}@trunk"', '"PJSIP/1@trunk"', "names no client"),
        (AMI, '"PJSIP/{number}@trunk"', '"PJSIP/{name}@trunk"', "expected"),
        (AMI, '"PJSIP/{number}@trunk"', '"PJSIP/{number}&SIP/1"', "expected"),
        (AMI, 'endpoint = "PJSIP/{number}@trunk"\n', "", "lacks `endpoint`"),
        (AMI, '{ env = "AMI_PASSWORD" }', '"geheim"', "expected a table such as"),
        (AMI, '"callback"', '"call;back"', "expected"),
        (AMI, '"reconcile"', '"reconcile"\nport = 0', "expected a whole number from 1"),
        (CALL_FILE, '"{digits}"', '"s"', "names no client"),
        (CALL_FILE, '"outgoing"', '"outgoing"\naccount = "../x"', "letters, digits"),
        (CALL_FILE, '"outgoing"', '"outgoing"\nmode = "0777"', "expected one of `0600`"),
        (
            *(CALL_FILE, '"Local/101@desks/n"'),
            '"Local/{queue}@queues/n"\ndefault_queue = "sales"\ncaller_id = "{name} <{number}>"',
            "expected one of your own in `<>`, such as `{name} {digits} <+420200000410>`",
        ),
    ],
)
def test_what_would_not_dial_or_dial_more_than_meant_is_refused(
    tmp_path: Path, lines: str, old: str, new: str, said: str
) -> None:
    assert old in lines
    found = faults(tmp_path, with_sink(lines.replace(old, new)))
    assert len(found) == 1
    assert said in found[0]


def test_a_manager_over_the_network_without_tls_is_warned_of(tmp_path: Path) -> None:
    [warning] = read(tmp_path, with_sink(AMI + 'host = "pbx.example"\n')).warnings
    assert warning.startswith("`sinks.file.tls` in `reconcile.toml` is off: the secret and all")
    secured = AMI + 'host = "pbx.example"\ntls = true\n'
    assert read(tmp_path, with_sink(secured)).warnings == ()


def test_the_small_settings_still_have_their_file(tmp_path: Path) -> None:
    assert read(tmp_path, SMALL).warnings == ()
