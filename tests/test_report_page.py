"""The page of a report in a real browser: figures against naive counts, filters, lists."""

from __future__ import annotations

import base64
import doctest
import gzip
import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import in_process
import oracle
import pytest
from neighbours import neighbours
from page_truth import Choice, Truth, truth_of
from reading_folder import fill

from reconcile import cli, database
from reconcile.pages import charts, cubes, report, spreads
from reconcile.pages.figures import FIGURES, beside
from reconcile.reports.catalogue import Period
from reconcile.reports.tables import Zone, zone_named
from reconcile.settings import Figures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from browser import Page
    from played_demo import PlayedDemo

    from reconcile.settings import Settings

ZONE = "Europe/Prague"
GROUP, WORLDS = 7, 40
MIDNIGHT = "Pacific/Kiritimati"
"""A zone in which a day begins in the midst of these worlds."""
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>=1+1 \u202e{{ 7 * 7 }}"

READ = """(() => {
  const found = { figures: {}, beside: {}, hero: {}, spreads: {}, tables: {} };
  for (const place of document.querySelectorAll('[data-figure]')) {
    found.figures[place.dataset.figure] = place.querySelector('.value').textContent;
    found.beside[place.dataset.figure] = place.querySelector('.beside').textContent;
  }
  for (const place of document.querySelectorAll('[data-spread]')) {
    found.spreads[place.dataset.spread] =
      [...place.querySelectorAll('.value, .beside')].map((each) => each.textContent);
  }
  for (const place of document.querySelectorAll('[data-hero]')) {
    found.hero[place.dataset.hero] = place.textContent;
  }
  for (const place of document.querySelectorAll('[data-chart]')) {
    const [head, ...rows] = [...place.querySelectorAll('tr')].map(
      (row) => [...row.children].map((cell) => cell.textContent));
    found.tables[place.dataset.chart] = { head, rows };
  }
  return found;
})()"""

CHOOSE = """(() => {
  const form = document.getElementById('filters');
  for (const [name, value] of Object.entries(%s)) form.elements[name].value = value;
  form.dispatchEvent(new Event('change'));
})()"""

READY = "document.documentElement.dataset.ready === '1'"
MARKS = """Object.fromEntries([...document.querySelectorAll('[data-chart]')].map((place) => [
  place.dataset.chart,
  [...place.querySelectorAll('.drawing.wide:not([hidden]) [role=graphics-symbol]')]
    .map((mark) => mark.getAttribute('aria-label')),
]))"""


def figures_of(told: dict[str, Any]) -> dict[str, int]:
    return {name: int(text.replace(",", "")) for name, text in told["figures"].items()}


UNITS = {"d": 86400, "h": 3600, "min": 60, "s": 1}


def spreads_of(told: dict[str, Any]) -> dict[str, tuple[Span, Span] | None]:
    """The times on a page, each as the seconds that its words can mean: from, and before."""
    return {
        name: None if value == "–" else (Span.of(value), Span.of(beside.partition("within ")[2]))
        for name, (value, beside) in told["spreads"].items()
    }


@dataclass(frozen=True)
class Span:
    """The seconds that words for a time stand for: two units, and what is less is left out."""

    least: int
    step: int

    @classmethod
    def of(cls, words: str) -> Span:
        parts = [(int(value), UNITS[unit]) for value, unit in re.findall(r"(\d+) (\w+)", words)]
        units = [*UNITS.values(), 1]
        return cls(sum(value * unit for value, unit in parts), units[units.index(parts[0][1]) + 1])

    def __eq__(self, seconds: object) -> bool:
        assert isinstance(seconds, float | int)
        return self.least - 0.51 <= seconds < self.least + self.step - 0.49

    __hash__ = None  # type: ignore[assignment]


def table_of(told: dict[str, Any], name: str) -> Counter[tuple[str, str]]:
    """What stands in a row and a column of a chart's table, where it is not 0."""
    table = told["tables"][name]
    return Counter(
        {
            (row[0], column): int(cell.replace(",", ""))
            for row in table["rows"]
            for column, cell in zip(table["head"][1:], row[1:], strict=True)
            if cell != "0"
        }
    )


def choose(tab: Page, **values: str) -> dict[str, Any]:
    """Filter as a person does, wait until all is drawn, and read the page."""
    turn = int(tab.eval("document.documentElement.dataset.turn || 0")) + 1
    tab.eval(CHOOSE % json.dumps(values))
    tab.wait_until(f"document.documentElement.dataset.drawn === '{turn}'")
    told: dict[str, Any] = tab.eval(READ)
    return told


def opened(tab: Page, place: Path) -> dict[str, Any]:
    tab.open(place)
    tab.wait_until(READY)
    told: dict[str, Any] = tab.eval(READ)
    return told


# The shipped recording.


@pytest.fixture(scope="module")
def recording(demo: PlayedDemo) -> Settings:
    """The recording, run minute by minute."""
    return demo.site.settings


@pytest.fixture(scope="module")
def recorded(recording: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("recorded") / "page.html"
    code = cli.answer(["report", "--html", str(place), "--zone", ZONE, "-s", str(recording.file)])
    assert code == 0
    return place


def test_the_figures_of_the_recording_are_those_that_are_known(recorded: Path, tab: Page) -> None:
    told = opened(tab, recorded)
    assert figures_of(told) == {
        "dropped": 37, "clients": 31, "won_back": 1, "self": 6, "otherwise": 3, "open": 19,
        "blocked": 2, "lost": 0, "dials": 26, "regrets": 1,
    }  # fmt: skip
    assert told["hero"]["reached"] == "10"
    assert table_of(told, "week") == {("Fri", "09"): 18, ("Fri", "10"): 19}
    assert table_of(told, "duplicates") == {("1 h", "Clients"): 2}


def test_each_chart_is_drawn_before_any_script_runs(recorded: Path, tab: Page) -> None:
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    tab.open(recorded)
    tab.call("Emulation.setScriptExecutionDisabled", value=False)
    marks = tab.eval(MARKS)
    assert {name: bool(found) for name, found in marks.items()} == {
        chart.name: True for chart in charts.CHARTS
    }
    assert "Fri 20 Nov 2026: Won back by us 1 clients" in marks["days"]
    assert "Fri 09:00: 18 dropped calls" in marks["week"]
    assert tab.eval("getComputedStyle(document.querySelector('#filters')).display") == "none"
    assert tab.eval("document.querySelector('noscript') !== null")


def test_a_filter_draws_each_chart_anew(recorded: Path, tab: Page) -> None:
    opened(tab, recorded)
    before = tab.eval(MARKS)
    told = choose(tab, queue="=helpdesk")
    after = tab.eval(MARKS)
    assert {name: before[name] != after[name] for name in before} == dict.fromkeys(before, True)
    for (day, series), value in table_of(told, "days").items():
        assert f"Fri 20 Nov 2026: {series} {value:,} clients" in after["days"], day
    assert choose(tab, queue="*") == {**told, **opened(tab, recorded)}


def test_a_list_holds_whom_the_figure_counts(recorded: Path, tab: Page) -> None:
    told = figures_of(opened(tab, recorded))
    for name in ("dropped", "clients", "won_back", "self", "otherwise", "open", "blocked"):
        tab.eval(f"document.querySelector('[data-list={name}]').click()")
        rows = tab.eval("document.querySelectorAll('#clients-rows tr').length")
        title = tab.eval("document.getElementById('clients-title').textContent")
        assert (rows, title.rpartition(" · ")[2]) == (told[name], f"{told[name]:,}")
    numbers = tab.eval(
        "[...document.querySelectorAll('#clients-rows td:nth-child(2)')].map(c => c.textContent)"
    )
    assert all(re.fullmatch(r"\+420\*{7}\d\d", number) for number in numbers)


def test_a_row_of_a_table_opens_the_list_of_its_hour(recorded: Path, tab: Page) -> None:
    told = opened(tab, recorded)
    expected = sum(value for (hour, _), value in table_of(told, "hours").items() if hour == "10:00")
    tab.eval("document.querySelectorAll('[data-chart=hours] tbody th button')[10].click()")
    assert tab.eval("document.querySelectorAll('#clients-rows tr').length") == expected == 16
    times = tab.eval(
        "[...document.querySelectorAll('#clients-rows td:first-child')].map(c => c.textContent)"
    )
    assert all(time.startswith("2026-11-20 10:") for time in times)


def test_a_keyboard_is_enough(recorded: Path, tab: Page) -> None:
    opened(tab, recorded)
    tab.eval("document.querySelector('#filters button').focus()")
    tab.press("Tab")
    assert tab.eval("document.activeElement.dataset.list") == "dropped"
    tab.press("Enter")
    assert tab.eval("document.getElementById('clients').open")
    tab.press("Escape")
    assert not tab.eval("document.getElementById('clients').open")
    assert tab.eval("document.activeElement.dataset.list") == "dropped"
    tab.press("Tab")
    tab.press("Enter")
    assert tab.eval("document.querySelector('[data-figure=dropped] details').open")


@pytest.mark.parametrize(("width", "is_dark"), [(390, False), (390, True), (1280, True)])
def test_it_fits_a_phone_and_the_dark(width: int, is_dark: bool, recorded: Path, tab: Page) -> None:
    tab.look(width=width, is_dark=is_dark)
    opened(tab, recorded)
    tab.eval("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert tab.eval("document.documentElement.scrollWidth") == width
    shown = "wide" if width > 640 else "slim"
    assert tab.eval(f"document.querySelector('.drawing.{shown} svg').clientWidth") > 300
    ground = tab.eval("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground))) < 200) == is_dark


def test_a_page_that_became_narrow_is_drawn_for_it(recorded: Path, tab: Page) -> None:
    opened(tab, recorded)
    choose(tab, queue="=helpdesk")
    tab.look(width=390)
    tab.wait_until("document.documentElement.dataset.drawn === '2'")
    label = tab.eval(
        "document.querySelector('[data-chart=funnel] .drawing.slim [role=graphics-symbol]')"
        ".getAttribute('aria-label')"
    )
    assert label == "Dropped: 15 clients, 100%"


def test_it_prints(recorded: Path, tab: Page) -> None:
    opened(tab, recorded)
    assert tab.print().startswith(b"%PDF")


def test_the_same_state_gives_the_same_bytes(recording: Settings, recorded: Path) -> None:
    again = report.report_page(recording, Period(), zone_named(ZONE))
    assert again == recorded.read_text(encoding="utf-8")


def unpacked(page: str) -> dict[str, Any]:
    found = re.search(r'id="data">([^<]*)<', page)
    assert found
    data: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(found[1])))
    return data


def test_numbers_and_names_are_shown_only_on_request(recording: Settings, recorded: Path) -> None:
    hidden, shown = (
        json.dumps(unpacked(page), ensure_ascii=False)
        for page in (
            recorded.read_text(encoding="utf-8"),
            report.report_page(recording, Period(), Zone(), show_numbers=True),
        )
    )
    for text, is_there in ((hidden, False), (shown, True)):
        assert ("+420700610123" in text) == is_there
        assert ("Vojtěch Hála" in text) == is_there


def test_a_period_cuts_the_page(recording: Settings) -> None:
    until = datetime(2026, 11, 20, 9, 0)  # noqa: DTZ001 - UTC
    data = unpacked(report.report_page(recording, Period(to_at=until), Zone()))
    assert sum(data["cubes"]["drops"]["drop_count"]["counts"]) == 18


# Worlds of the oracle.


@dataclass
class Played:
    """Worlds as the program has seen them, and what is true of them."""

    place: Path
    truth: Truth
    choices: list[tuple[dict[str, str], Choice]]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Many worlds beside each other, run by the program and by the oracle."""
    worlds = neighbours(GROUP, WORLDS)
    outcomes = [oracle.play(world) for world in worlds]
    zones = {number: zones for world in worlds for number, zones in world.zones.items()}
    now = worlds[0].runs[-1]
    with in_process.running_program(zones, is_large=True) as program:
        assert in_process._decisions_differ(worlds, outcomes, program) == []
        counted = cubes.count(
            program.connection,
            SimpleNamespace(state_folder=Path("none"), figures=Figures(), time_zone="UTC"),
            Period(),
            time_zone=MIDNIGHT,
            now=now,
        )
    place = tmp_path_factory.mktemp("worlds") / "page.html"
    place.write_text(report.page_of(counted, zone_named(MIDNIGHT), now), encoding="utf-8")
    truth = truth_of(zip(worlds, outcomes, strict=True), now, MIDNIGHT)
    # Whose settings have changed ignored calls for campaigns that it no longer has.
    constant = {
        campaign.name
        for world in worlds
        if len(world.settings) == 1
        for campaign in world.settings[0][1].campaigns
    }
    yield Played(place, truth, choices(truth, constant))


def choices(truth: Truth, constant: set[str]) -> list[tuple[dict[str, str], Choice]]:
    """Filters of each kind, alone and together, as the page and as the truth have them."""
    found = [each for each in truth.lost if each.where.campaign in constant]
    lost = max(found, key=lambda each: len(each.dials)).where
    days = sorted({where.day for where, _, _ in truth.drops})
    none = {"campaign": "*", "line": "*", "queue": "*"}
    return [
        (none, Choice()),
        ({**none, "line": f"={lost.line or ''}"}, Choice(line=lost.line or "")),
        ({**none, "queue": f"={lost.queue or ''}"}, Choice(queue=lost.queue or "")),
        (
            {**none, "from": str(days[-1]), "to": str(days[-1])},
            Choice(from_day=days[-1], to_day=days[-1]),
        ),
        (
            {**none, "campaign": f"={lost.campaign}", "from": str(days[0]), "to": str(days[-1])},
            Choice(campaign=lost.campaign),
        ),
    ]


def test_every_figure_is_what_a_naive_count_says(played: Played, tab: Page) -> None:
    told = opened(tab, played.place)
    assert len(played.truth.lost) > 50
    assert len({where.day for where, _, _ in played.truth.drops}) == 2
    assert figures_of(told) == played.truth.figures(Choice())
    spreads = played.truth.spreads(Choice())
    assert None not in spreads.values()
    assert spreads_of(told) == spreads


def test_every_table_is_what_a_naive_count_says(played: Played, tab: Page) -> None:
    told = opened(tab, played.place)
    expected = played.truth.tables(Choice())
    assert {chart.name for chart in charts.CHARTS} == set(expected)
    for name, table in expected.items():
        assert table_of(told, name) == table, name


@pytest.mark.parametrize("place", range(5))
def test_every_figure_and_table_follows_a_filter(place: int, played: Played, tab: Page) -> None:
    opened(tab, played.place)
    chosen, choice = played.choices[place]
    told = choose(tab, **chosen)
    assert figures_of(told) == played.truth.figures(choice)
    assert spreads_of(told) == played.truth.spreads(choice)
    for name, table in played.truth.tables(choice).items():
        assert table_of(told, name) == table, name
    abandoned, offered = played.truth.abandonment(choice)
    dropped = next(figure for figure in FIGURES if figure.name == "dropped")
    whole = 0 if choice.campaign else offered
    assert told["beside"]["dropped"] == beside(dropped, abandoned, whole)


def test_times_are_told_as_their_examples_say() -> None:
    assert doctest.testmod(spreads).failed == 0


# What records may hold.


@pytest.fixture
def hostile(tmp_path: Path) -> Settings:
    """A folder in which every text that a record can bring is an attack."""
    loaded = fill(tmp_path)
    with database.connect(loaded.state_folder / database.READ_FILE) as connection:
        connection.execute("update kept.calls set dialled_number = $1", [HOSTILE])
        connection.execute(
            "update kept.calls set queue = case when call_id < '1.2' then $1 end", [HOSTILE]
        )
        connection.execute("update kept.contacts set name = $1, contact_id = $1", [HOSTILE])
        connection.execute("update kept.dropped_calls set campaign = $1", [HOSTILE])
        connection.execute("update kept.episodes set campaign = $1", [HOSTILE])
    return loaded


def test_what_records_hold_is_text(hostile: Settings, tmp_path: Path, tab: Page) -> None:
    place = tmp_path / "page.html"
    page = report.report_page(hostile, Period(), Zone(), show_numbers=True)
    place.write_text(page, encoding="utf-8")
    opened(tab, place)
    choose(tab, queue="=" + HOSTILE.replace("\u202e", "\ufffd"))
    tab.eval("document.querySelector('[data-list=dropped]').click()")
    row = tab.eval("document.querySelector('#clients-rows tr').textContent")
    assert HOSTILE.replace("\u202e", "\ufffd").split()[0] in row
    assert "\u202e" not in page
    assert tab.eval("document.images.length") == 0
    assert tab.eval("[...document.scripts].filter((each) => !each.type).length") == 2


def test_a_page_before_any_call_says_so(tmp_path: Path, tab: Page) -> None:
    loaded = fill(tmp_path)
    with database.connect(loaded.state_folder / database.READ_FILE) as connection:
        for table in ("calls", "dropped_calls", "episodes", "attempts"):
            connection.execute(f"delete from kept.{table}")
    place = tmp_path / "page.html"
    place.write_text(report.report_page(loaded, Period(), Zone()), encoding="utf-8")
    told = opened(tab, place)
    assert set(figures_of(told).values()) == {0}
    assert tab.eval("document.querySelector('h1').textContent") == "No calls in this time"


def test_one_page_is_no_single_report(
    recording: Settings, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "page.html"
    code = cli.answer(["report", "due", "--html", str(place), "-s", str(recording.file)])
    assert code == 2
    assert "leave the name out" in capfd.readouterr().err
    assert not place.exists()
