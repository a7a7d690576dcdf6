"""The page that an analyst opens in the morning: figures, charts, and the clients behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import reconcile
from reconcile.pages import charts, client_list, cubes, drawing, figures, rendering, spreads, sums
from reconcile.plain_text import plain
from reconcile.reports import reasons
from reconcile.reports.read_copy import last_run, open_read_copy

if TYPE_CHECKING:
    from datetime import date, datetime

    from reconcile.pages.charts import Chart
    from reconcile.pages.cubes import Counted
    from reconcile.reports.catalogue import Period
    from reconcile.reports.tables import Zone
    from reconcile.settings import Settings

FILTERS = ("campaign", "line", "queue")
"""What a page can be filtered by, besides days."""


def report_page(
    settings: Settings, period: Period, zone: Zone, *, show_numbers: bool = False
) -> str:
    """Make the page of a period from what was published: one self-contained HTML document.

    The same state gives the same bytes. Numbers are masked and names left out unless
    `show_numbers`. Raises UsageWrong where nothing was published yet, or where the libraries of
    pages are not installed.
    """
    with open_read_copy(settings) as connection:
        seen_until = last_run(connection, settings)
        counted = cubes.count(
            connection, settings, period, time_zone=zone.name, now=seen_until or period.to_at
        )
    return page_of(counted, zone, seen_until, show_numbers=show_numbers)


def page_of(
    counted: Counted, zone: Zone, seen_until: datetime | None, *, show_numbers: bool = False
) -> str:
    """Make the page of what was counted."""
    script, engine = rendering.part("report.js"), drawing.engine()
    span = sums.days(counted.cubes)
    data = _data(counted, zone, span, show_numbers=show_numbers)
    return rendering.render(
        "report.html",
        scripts=(script, engine),
        script=script,
        engine=cubes.packed(engine),
        data=cubes.packed(data),
        licences=rendering.part("licences.txt"),
        title=_title(span),
        seen=zone.text(seen_until) if seen_until else "",
        zone=zone.name,
        figures=[_figure(figure, counted) for figure in figures.FIGURES],
        spreads=[_spread(each, counted) for each in spreads.SPREADS],
        hero=_hero(counted),
        charts=[_chart(chart, counted, span) for chart in charts.CHARTS],
        results=charts.RESULTS,
        choices={name: _choices(counted, name) for name in FILTERS},
        span=data["span"],
        listed=len(counted.clients.rows),
        dropped=sums.total(counted.cubes["drops"], "drop_count"),
        show_numbers=show_numbers,
        version=reconcile.__version__,
    )


def _data(
    counted: Counted, zone: Zone, span: tuple[date, date] | None, *, show_numbers: bool
) -> dict[str, Any]:
    """What a browser needs to tell all of it again of whatever a filter leaves."""
    return {
        "cubes": {name: cubes.columns_of(cube) for name, cube in counted.cubes.items()},
        "charts": [_recipe(chart) for chart in charts.CHARTS],
        "figures": [figure.recipe() for figure in figures.FIGURES],
        "spreads": [each.recipe() for each in spreads.SPREADS],
        "clients": client_list.columns(counted.clients, zone.zone, show_numbers=show_numbers),
        "results": {each.code: each.name for each in charts.RESULTS},
        "words": _words(counted),
        "narrow": charts.NARROW,
        "daysMax": sums.DAYS_MAX,
        "span": [day.isoformat() for day in span] if span else None,
    }


def _title(span: tuple[date, date] | None) -> str:
    if span is None:
        return "No calls in this time"
    first, last = span
    if first == last:
        return f"{first:%-d %B %Y}"
    if first.year != last.year:
        return f"{first:%-d %B %Y} – {last:%-d %B %Y}"
    if first.month != last.month:
        return f"{first:%-d %B} – {last:%-d %B %Y}"
    return f"{first:%-d} – {last:%-d %B %Y}"


def _hero(counted: Counted) -> dict[str, int]:
    """The sums that the sentence on top is made of."""
    found = {figure.name: figure.value.of(counted.cubes) for figure in figures.FIGURES}
    return {**found, "reached": found["won_back"] + found["self"] + found["otherwise"]}


def _figure(figure: figures.Figure, counted: Counted) -> dict[str, Any]:
    return {
        "name": figure.name,
        "title": figure.title,
        "definition": figure.definition,
        "value": figure.value.of(counted.cubes),
        "beside": figure.told_beside(counted.cubes),
    }


def _spread(each: spreads.Spread, counted: Counted) -> dict[str, Any]:
    value, beside = each.told(counted.cubes)
    return {
        "name": each.name,
        "title": each.title,
        "definition": each.definition,
        "value": value,
        "beside": beside,
    }


def _chart(chart: Chart, counted: Counted, span: tuple[date, date] | None) -> dict[str, Any]:
    found = sums.summed(chart, counted.cubes, span)
    is_empty = not found.total()
    return {
        "chart": chart,
        "is_empty": is_empty,
        "wide": "" if is_empty else drawing.svg(chart, found, chart.wide),
        "narrow": "" if is_empty else drawing.svg(chart, found, charts.NARROW),
        "summed": found,
        "legend": [each for each in chart.series if chart.kind in ("stack", "curve")],
    }


def _recipe(chart: Chart) -> dict[str, Any]:
    return {
        **chart.recipe(),
        "drawings": {
            str(width): drawing.specification(chart, width) for width in (chart.wide, charts.NARROW)
        },
    }


def _choices(counted: Counted, name: str) -> list[tuple[str, str]]:
    """What can be chosen in a filter, as value and words; nothing where there is no choice."""
    there = {
        row[cube.columns.index(name)]
        for cube in counted.cubes.values()
        if name in cube.columns
        for row in cube.rows
    }
    named = sorted({plain(value) for value in there if value is not None})
    if None in there and any(
        row[counted.cubes["drops"].columns.index(name)] is None
        for row in counted.cubes["drops"].rows
    ):
        named.append("")
    return [(value, value or f"no {name}") for value in named]


def _words(counted: Counted) -> dict[str, str]:
    """What a reason for which a dropped call was ignored means, for those that there are."""
    place = counted.clients.columns.index("reason")
    there = {row[place] for row in counted.clients.rows}
    return {reason: words for reason, words in sorted(reasons.ACCOUNTS.items()) if reason in there}
