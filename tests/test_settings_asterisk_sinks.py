"""The keys by which an Asterisk is told over AMI and by call files, and the README's examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from settings_files import SMALL, changed, faults, read

from reconcile.run_start import open_sinks
from reconcile.sinks.ami import AmiSink
from reconcile.sinks.call_file import CallFileSink

README = Path(__file__).parent.parent / "README.md"
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


def example(kind: str) -> str:
    """The settings of the README that are marked for a kind."""
    text = README.read_text(encoding="utf-8")
    found = re.search(rf"<!-- settings of {kind} -->\n```toml\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_settings_of_the_readme_for_ami_are_complete(tmp_path: Path) -> None:
    settings = read(tmp_path, example("ami"))
    [warning] = settings.warnings
    assert "has no source of contacts" in warning
    assert isinstance(open_sinks(settings)["phones"], AmiSink)


def test_the_settings_of_the_readme_for_call_files_fit_into_any_others(tmp_path: Path) -> None:
    text = changed('[sinks.file]\npath = "commands.ndjson"\n', example("call_file"))
    settings = read(tmp_path, text.replace('dialler = "file"', 'dialler = "phones"'))
    assert settings.warnings == ()
    assert isinstance(open_sinks(settings)["phones"], CallFileSink)


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
