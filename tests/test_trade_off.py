"""The plot of a simulation: as a page in a real browser, and as pictures."""

from __future__ import annotations

import html
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from reconcile import shipped
from reconcile.cli import app
from reconcile.clock import parse_instant
from reconcile.pages import trade_off
from reconcile.reports.tables import Zone
from reconcile.simulation import Outcome, Simulated
from reconcile.simulation.history import Span
from reconcile.simulation.kinds import Assume, Kind

if TYPE_CHECKING:
    from browser import Page

LADDER = "campaigns.missed-calls.retry_minutes"
HOSTILE = 'a = "</script><script>alert(1)</script>{{ 7 * 7 }}"; b = "var(--nothing)"'

DOTS = """[...document.querySelectorAll('.drawing.wide [role=graphics-symbol]')].map(
  (each) => each.getAttribute('aria-label'))"""
TABLES = """[...document.querySelectorAll('table')].map((table) =>
  [...table.querySelectorAll('tbody tr')].map((row) =>
    [...row.children].map((cell) => cell.textContent)))"""


def plot(path: Path, *words: str) -> str:
    """Simulate the samples with a plot; gives what stands on stdout."""
    folder = path.parent / "site"
    shutil.copytree(shipped.folder("samples"), folder)
    file = str(folder / "reconcile.toml")
    result = CliRunner().invoke(app, ["simulate", "--settings", file, "--plot", str(path), *words])
    if result.exception is not None:
        raise result.exception
    return result.stdout


def returned(campaign: str, minutes: int, share: float | None) -> dict[str, object]:
    return {
        "campaign": campaign, "attempt_number": 1, "offset_minutes": minutes, "return_count": 1,
        "risk_count": 9, "return_share": share,
        "low_share": share and share / 2, "high_share": share and share * 1.5,
    }  # fmt: skip


def outcome(changes: str | None, **figures: object) -> Outcome:
    given = {
        "dropped": 40, "opened": 40, "joined": 0, "ignored": {}, "settling": 0,
        "still_open": 20, "redials": 0,
        "due": [30, 10], "held": 0, "rush": 3, "over_pace": 0,
        "removed": {"reached": 16, "exhausted": 4}, "undialled": {"reached": 8}, **figures,
    }  # fmt: skip
    return Outcome(changes=changes, **given)


def simulated(*outcomes: Outcome) -> Simulated:
    begin, end = (parse_instant(f"2026-11-20T{hour}:00:00Z") for hour in ("08", "09"))
    return Simulated(Kind.STATE, Assume.UNANSWERED, False, Span(begin, end), [*outcomes], [])


@pytest.fixture(scope="module")
def two_campaigns() -> Simulated:
    rows = [returned("missed", 5, 0.2), returned("missed", 60, None), returned("<b>late</b>", 5, 1)]
    return simulated(
        outcome(None, returns=rows),
        outcome(HOSTILE, due=[8], undialled={}, returns=rows),
        outcome("nothing opens", opened=0, due=[], removed={}, undialled={}),
    )


def test_a_page_of_the_recording_tells_its_figures(tab: Page, tmp_path: Path) -> None:
    path = tmp_path / "ladders.html"
    assert "calls dropped" in plot(path, "--set", f"{LADDER}=10,30")
    tab.open(path)
    costs, returns = tab.eval(TABLES)
    assert costs == [
        ["as they are", "26", "31", "before any dial", "7", "22.6%"],
        ["as they are", "26", "31", "in the end", "10", "32.3%"],
        ["A", "11", "31", "before any dial", "10", "32.3%"],
        ["A", "11", "31", "in the end", "10", "32.3%"],
    ]
    assert returns == [
        ["as they are", "5 min", "35.1%", "19.9%", "56.8%", "15"],
        ["as they are", "15 min", "35.1%", "19.9%", "56.8%", "3"],
        ["A", "10 min", "35.1%", "19.9%", "56.8%", "7"],
    ]
    dots = tab.eval(DOTS)
    assert "as they are: 26 dials, 7 clients (22.6%) reached before any dial" in dots
    assert "A, before 10 min: 35.1% (19.9% to 56.8%)" in dots
    for width in (1280, 390):
        tab.look(width=width)
        assert tab.eval("document.documentElement.scrollWidth") <= width


def test_words_of_the_settings_are_words_on_the_page(
    tab: Page, tmp_path: Path, two_campaigns: Simulated
) -> None:
    path = tmp_path / "plot.html"
    path.write_text(trade_off.page(two_campaigns, Zone()))
    tab.open(path)
    assert HOSTILE in tab.eval("document.querySelector('.legend').textContent")
    titles = tab.eval("[...document.querySelectorAll('h2')].map((each) => each.textContent)")
    assert [title.rpartition(": ")[2] for title in titles[1:]] == ["missed", "<b>late</b>"]
    assert len(tab.eval(TABLES)[0]) == 6
    for name in ("ink", "won", "lost"):
        assert f"var(--{name})" in path.read_text()


def test_a_picture_stands_alone(tmp_path: Path, two_campaigns: Simulated) -> None:
    path = tmp_path / "plot.svg"
    trade_off.write(two_campaigns, Zone(), path, trade_off.Ending.SVG)
    text = path.read_text()
    words = {html.unescape(word) for word in re.findall(r">([^<]+)</t(?:ext|span)>", text)}
    assert f"A: {HOSTILE}" in words
    assert "var(--" not in text.replace("var(--nothing)", "")
    assert {"B", "before any dial", "missed"} <= {*words, *(w.rpartition(": ")[2] for w in words)}


def test_a_picture_of_points_is_as_large_as_it_says(
    tmp_path: Path, two_campaigns: Simulated
) -> None:
    path = tmp_path / "plot.png"
    trade_off.write(two_campaigns, Zone(), path, trade_off.Ending.PNG)
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG\r\n")
    assert int.from_bytes(content[16:20]) > 2000  # pixels, twice as fine as drawn


def test_a_plot_that_cannot_be_is_told_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconcile.simulation.simulate", lambda *_, **__: pytest.fail("simulated"))
    with pytest.raises(Exception, match="tells no plot"):
        plot(tmp_path / "plot.pdf")
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    shutil.rmtree(tmp_path / "site")
    with pytest.raises(Exception, match="`vl_convert`, which is not installed"):
        plot(tmp_path / "plot.svg")
