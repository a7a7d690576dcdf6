"""An explanation as a page: what it says, and what a browser makes of it."""

from __future__ import annotations

import builtins
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from reading_folder import fill

from reconcile import cli
from reconcile.errors import UsageWrong
from reconcile.explain import PARTS, Chain, Explanation, explain
from reconcile.explain.sheet import sheet
from reconcile.explain.timeline import events
from reconcile.pages import rendering
from reconcile.reports.tables import Zone, zone_named

if TYPE_CHECKING:
    from pathlib import Path

    from browser import Page

    from reconcile.settings import Settings

CLIENT = "+420700610101"
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> \u202ebidi {{ 7 * 7 }}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return fill(tmp_path_factory.mktemp("site"))


def chain_of(name: str) -> Explanation:
    """A number of which nothing is known but a contact of that name."""
    parts: dict[str, list[dict[str, Any]]] = {part: [] for part in PARTS}
    parts["contacts"] = [
        {"source": "directory", "contact_id": "1", "name": name, "shared_numbers": []}
    ]
    return Explanation(HOSTILE, [Chain(CLIENT, "number", parts)], None)


def test_the_page_tells_each_event_with_its_words(
    site: Settings, tab: Page, tmp_path: Path
) -> None:
    found = explain(site, CLIENT)
    place = tmp_path / "explain.html"
    place.write_text(sheet(found, Zone()), encoding="utf-8")
    tab.open(place)
    shown = tab.eval("[...document.querySelectorAll('.said')].map(each => each.textContent)")

    def wall(instant: datetime) -> str:
        return instant.strftime("%H:%M:%S")

    told = [event.text.replace("`", "") for event in events(found.chains[0], wall)]
    assert len(told) > 5
    assert shown == told
    assert tab.eval("document.querySelector('h1').textContent") == CLIENT
    assert "Jana Beranová" in tab.eval("document.querySelector('.fact').textContent")


def test_times_are_those_of_the_zone_asked_for(site: Settings) -> None:
    page = sheet(explain(site, CLIENT), zone_named("Europe/Prague"))
    assert '<time datetime="2026-03-02T09:59:38Z">10:59:38</time>' in page
    assert "<span>Europe/Prague</span>" in page


def test_a_hostile_name_is_text(tab: Page, tmp_path: Path) -> None:
    place = tmp_path / "explain.html"
    place.write_text(sheet(chain_of(HOSTILE), Zone()), encoding="utf-8")
    tab.open(place)
    assert tab.eval("document.scripts.length + document.images.length") == 0
    told = tab.eval("document.querySelector('.fact').textContent")
    assert told == "Contact 1 " + HOSTILE.replace("\u202e", "\ufffd")
    assert "\u202e" not in place.read_text(encoding="utf-8")


def test_a_page_may_ask_for_nothing() -> None:
    page = sheet(chain_of("Jana"), Zone())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    assert policy[1].startswith("default-src &#39;none&#39;")
    assert "script-src &#39;none&#39;" in policy[1]
    assert not re.search(r"<[^>]*(?:src|href)=|url\(|@import", page)


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_stands_out_over_the_edge(
    width: int, site: Settings, tab: Page, tmp_path: Path
) -> None:
    place = tmp_path / "explain.html"
    place.write_text(sheet(explain(site, CLIENT), Zone()), encoding="utf-8")
    tab.look(width=width)
    tab.open(place)
    assert tab.eval("document.documentElement.scrollWidth") == width


def test_the_command_writes_the_page_and_says_nothing(
    site: Settings, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "explain.html"
    code = cli.answer(["explain", CLIENT, "--html", str(place), "-s", str(site.file)])
    assert (code, *capfd.readouterr()) == (0, "", "")
    assert place.read_text(encoding="utf-8") == sheet(explain(site, CLIENT), Zone())


def test_what_pages_need_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    load = builtins.__import__

    def without(name: str, *args: Any, **how: Any) -> Any:
        if name == "jinja2":
            raise ImportError(name=name)
        return load(name, *args, **how)

    monkeypatch.setattr(builtins, "__import__", without)
    rendering._environment.cache_clear()
    with pytest.raises(UsageWrong, match="`jinja2`, which is not installed") as caught:
        sheet(chain_of("Jana"), Zone())
    assert caught.value.hint == "`pip install 'reconcile[charts]'` installs it"
