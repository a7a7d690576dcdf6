"""The README says what the program does: its blocks are written from the program itself.

`pytest tests/test_docs.py --accept` rewrites them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from played_demo import PlayedDemo, reconcile
from site_folder import CLIENT, Site, at

from reconcile.errors import ExitCode
from reconcile.reports import catalogue
from reconcile.settings.key_rows import settings_rows

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
EXIT_MEANINGS = {
    ExitCode.DONE: "done, also when there was nothing to do",
    ExitCode.FINDINGS: "findings: an import has some, a replay differs, an alert is raised, or "
    "`status` says it is not well",
    ExitCode.USAGE: "the command line or the settings",
    ExitCode.SOURCE: "a source could not be read, a directory or a do-not-call list was refused, "
    "or the clock went back",
    ExitCode.AUDIT: "an audit found a broken promise; the dials it names wait",
    ExitCode.SINK: "a sink did not take commands",
    ExitCode.UNEXPECTED: "the state cannot be used (disk full, damaged, no rights), told in words; "
    "or unexpected: a fault of the program, with a traceback on stderr",
    ExitCode.BUSY: "another run or program holds the state; "
    "silent unless no run ended for five minutes",
    ExitCode.INTERRUPTED: "interrupted from the keyboard",
}

REPORTS = {
    "Who was lost?": "drops dropped_calls dropped_calls_list incoming incoming_calls abandonment "
    "service_level frequent_callers ringing",
    "Who was won back, by whom, how soon?": "recovery recovery_bands recall times outcomes "
    "episodes closings first_contact",
    "Who still waits, and why?": "unmanaged unmanaged_callers blocked duplicates holds pauses "
    "do_not_call figures",
    "What did it cost?": "effort wasted_dials regrets limits_near",
    "Were promises kept?": "punctuality commanded dial_faults callbacks outbound_abandonment "
    "attempts attempt_results commands pending decisions audit_findings",
    "What did a change of the settings do?": "settings_effects settings",
    "Can the figures be trusted?": "feed_lag feeds runs rejected unknown_words unread_streams "
    "witnesses",
    "What has to be mended?": "mluvii_merges",
}
"""Each report, by a question that it answers."""


def settings_block() -> str:
    lines = []
    section = None
    for row in settings_rows():
        if row.section != section:
            section = row.section
            lines += ["", f"`{section}`" if section else "At the top:", ""]
            lines += ["| key | default | unit | meaning |", "| --- | --- | --- | --- |"]
        cells = [f"`{row.key}`", row.default, row.unit, row.meaning]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines).strip()


def exit_codes_block() -> str:
    lines = ["| code | meaning |", "| --- | --- |"]
    lines += [f"| {code.value} | {EXIT_MEANINGS[code]} |" for code in ExitCode]
    return "\n".join(lines)


def commands_block(tmp_path: Path) -> str:
    overview = reconcile("--help", folder=tmp_path)
    lines = ["| command | does |", "| --- | --- |"]
    for name, text in re.findall(r"^  ([a-z]+) {2,}(\S.*)$", _commands_part(overview), re.M):
        lines.append(f"| `reconcile {name}` | {text.rstrip('.')} |")
    return "\n".join(lines) + "\n\n`reconcile COMMAND --help` tells the options, with an example."


def _commands_part(overview: str) -> str:
    return overview[overview.index("Commands") :]


def demo_block(demo: PlayedDemo) -> str:
    lines = demo.output.splitlines()
    return "```\n" + "\n".join([*lines[:14], "…"]) + "\n```"


def explain_block(demo: PlayedDemo) -> str:
    told = reconcile("explain", "700610123", folder=demo.site.folder)
    command = "$ cd reconcile-demo && ../.venv/bin/reconcile explain 700610123"
    return f"```\n{command}\n{told.rstrip()}\n```"


def simulate_block(demo: PlayedDemo) -> str:
    changes = "campaigns.missed-calls.retry_minutes"
    sets = [f"{changes}=3,10,30", f"{changes}=2,5;campaigns.missed-calls.on_repeat=restart"]
    words = [word for each in sets for word in ("--set", each)]
    told = reconcile("simulate", *words, folder=demo.site.folder)
    command = (
        f"$ reconcile simulate --set {sets[0]} \\\n    --set '{sets[1]}'"
    )
    return f"```\n{command}\n{told.rstrip()}\n```"


def replay_block(demo: PlayedDemo) -> str:
    asked = "replay --at 2026-11-20T09:06:00Z"
    told = reconcile(*asked.split(), folder=demo.site.folder)
    return f"```\n$ reconcile {asked}\n{told.rstrip()}\n```"


def reports_block() -> str:
    """The reports by the question that they answer; each in its own words."""
    left = {catalogue.short_name(query): query.summary for query in catalogue.listed()}
    lines = ["| question | report | tells |", "| --- | --- | --- |"]
    for question, names in REPORTS.items():
        for place, name in enumerate(names.split()):
            told = left.pop(name).rstrip(".").replace("|", "\\|")
            lines.append(f"| {'' if place else question} | `{name}` | {told} |")
    assert not left, f"put these under a question: {', '.join(left)}"
    return "\n".join(lines)


def written(name: str, request: pytest.FixtureRequest) -> str:
    """The block as the program writes it now."""
    match name:
        case "demo" | "explain" | "simulate" | "replay":
            of_demo = {
                "demo": demo_block,
                "explain": explain_block,
                "simulate": simulate_block,
                "replay": replay_block,
            }
            return of_demo[name](request.getfixturevalue("demo"))
        case "commands":
            return commands_block(request.getfixturevalue("tmp_path"))
        case _:
            plain = {"settings": settings_block, "reports": reports_block}
            return plain.get(name, exit_codes_block)()


@pytest.mark.parametrize(
    "name",
    ["demo", "explain", "commands", "simulate", "replay", "settings", "reports", "exit codes"],
)
def test_a_block_of_the_readme_is_what_the_program_says(
    name: str, request: pytest.FixtureRequest
) -> None:
    """Written by the program, so that it cannot grow old."""
    block = written(name, request)
    text = README.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, rest = text.split(begin)
    shown, after = rest.split(end)
    if request.config.getoption("--accept"):
        README.write_text(f"{before}{begin}\n{block}\n{end}{after}", encoding="utf-8")
        return
    assert shown.strip() == block


def test_the_two_commands_come_first_each_in_a_block_of_its_own() -> None:
    fences = re.findall(r"^```sh\n(.*?)^```", README.read_text(encoding="utf-8"), re.M | re.S)
    assert len(fences) == 2
    assert "reconcile demo" in fences[0]
    assert "pytest" in fences[1]


def test_the_reports_of_a_dialler_in_the_readme_prove_an_attempt(tmp_path: Path) -> None:
    after = README.read_text(encoding="utf-8").partition("<!-- results -->\n```json\n")[2]
    reports = after.partition("```")[0]
    site = Site.small(tmp_path / "site")
    source = '[sources.dialler]\nkind = "results"\npath = "results.ndjson"\n\n[sources.directory]'
    site.change_settings("[sources.directory]", source)
    (site.folder / "results.ndjson").touch()
    site.drop("1.1", CLIENT, "10:00:20")
    for time in ("10:02", "10:06"):
        site.run(time)
    assert [command["key"] for command in site.payloads()] == [
        json.loads(line)["key"] for line in reports.splitlines()[:1]
    ]
    (site.folder / "results.ndjson").write_text(reports, encoding="utf-8")
    site.run("10:07")
    assert site.fetch("select result, ended_at from kept.attempts") == [
        ("answered", at("10:06:41"))
    ]
    assert site.commands()[1:] == [f"10:07 remove {CLIENT} reached"]
    assert site.fetch("select count(*) from raw.rejected") == [(0,)]


def test_every_exit_code_has_its_meaning() -> None:
    assert set(EXIT_MEANINGS) == set(ExitCode)


def test_every_sql_file_the_readme_names_exists() -> None:
    named = re.findall(r"`((?:core|commands|audits)/\w+\.sql)`", README.read_text(encoding="utf-8"))
    named += re.findall(
        r"`((?:core|commands|audits)/\w+\.sql)`",
        (ROOT / "sql" / "README.md").read_text(encoding="utf-8"),
    )
    named.remove("core/episodes.sql")  # an example of a name
    assert named
    assert [name for name in named if not (ROOT / "sql" / name).is_file()] == []


def test_the_command_schema_is_the_version_that_is_emitted() -> None:
    schema = json.loads((ROOT / "reconcile/sinks/command.schema.json").read_text(encoding="utf-8"))
    assert '"version": 1' in json.dumps(schema) or '"const": 1' in json.dumps(schema)
