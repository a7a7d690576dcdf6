"""The marks of the plot of a simulation, in the words of Vega-Lite, and their rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reconcile.simulation import telling

if TYPE_CHECKING:
    from reconcile.simulation import Outcome, Simulated

_COLOURS = ("--ink", "--won", "--lost", "--otherwise", "--blocked", "--self")
_SERIES = {"before any dial": "var(--self)", "in the end": "var(--won)"}
_LEGEND = {"title": None, "orient": "top", "labelColor": "var(--soft)", "symbolOpacity": 1}
_SHARES = {"format": "%", "tickCount": 4}
_FROM_ZERO = {"domainMin": 0, "nice": True}
_APART = 0.014
"""How far points of the same minute stand apart, as a part of the axis."""


def colour(place: int) -> str:
    """The colour of some settings by their place, as a name of the style sheet."""
    return f"var({_COLOURS[place % len(_COLOURS)]})"


def costs(found: Simulated) -> list[dict[str, Any]]:
    """One row for each settings and share of clients reached, with its dials."""
    return [
        {
            "settings": telling.letter(place),
            "dials": one.dials,
            "opened": one.opened,
            "reached": series,
            "clients": clients,
            "share": clients / one.opened if one.opened else 0,
        }
        for place, one in enumerate(found.outcomes)
        for series, clients in zip(_SERIES, _reached(one), strict=True)
    ]


def _reached(one: Outcome) -> tuple[int, int]:
    return one.undialled.get(telling.REACHED, 0), one.removed.get(telling.REACHED, 0)


def costs_drawn(found: Simulated) -> dict[str, Any]:
    """How the dials and the clients reached are drawn, its width and height left out."""
    told = (
        "datum.settings + ': ' + format(datum.dials, ',') + ' dials, ' + "
        "format(datum.clients, ',') + ' clients (' + format(datum.share, '.1%') + ') reached ' + "
        "datum.reached"
    )
    x = {"field": "dials", "type": "quantitative", "scale": {"zero": False, "padding": 24},
         "axis": {"title": "Dials", "format": ",.0f", "tickCount": 5, "tickMinStep": 1,
                  "grid": False}}  # fmt: skip
    y = {"field": "share", "type": "quantitative", "scale": _FROM_ZERO,
         "axis": {"title": "Share of episodes reached", **_SHARES}}  # fmt: skip
    by_reached = {"field": "reached", "type": "nominal", "legend": _LEGEND,
                  "scale": {"domain": [*_SERIES], "range": [*_SERIES.values()]}}  # fmt: skip
    return {
        "data": {"values": costs(found)},
        "transform": [{"calculate": told, "as": "told"}],
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 1.5, "stroke": "var(--rule-strong)",
                      "aria": False},
             "encoding": {"x": x, "y": y, "detail": {"field": "settings"}}},
            {"mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
             "encoding": {"x": x, "y": y, "color": by_reached, "description": {"field": "told"}}},
            {"transform": [{"filter": {"field": "reached", "equal": "in the end"}}],
             "mark": {"type": "text", "dy": -14, "fontSize": 12, "fill": "var(--ink)",
                      "aria": False},
             "encoding": {"x": x, "y": y, "text": {"field": "settings"}}},
        ],
    }  # fmt: skip


def returns(found: Simulated) -> dict[str, list[dict[str, Any]]]:
    """For each campaign one row for each settings and step of which anything is known."""
    campaigns: dict[str, list[dict[str, Any]]] = {}
    for place, one in enumerate(found.outcomes):
        for row in one.returns:
            if row["return_share"] is not None:
                campaigns.setdefault(row["campaign"], []).append(
                    {
                        "settings": telling.letter(place),
                        "minutes": row["offset_minutes"],
                        "share": row["return_share"],
                        "low": row["low_share"],
                        "high": row["high_share"],
                        "watched": row["risk_count"],
                    }
                )
    return campaigns


def returns_drawn(found: Simulated, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """How the shares of one campaign are drawn, its width and height left out."""
    letters = [telling.letter(place) for place in range(len(found.outcomes))]
    told = (
        "datum.settings + ', before ' + datum.minutes + ' min: ' + format(datum.share, '.1%') + "
        "(isValid(datum.low) ? ' (' + format(datum.low, '.1%') + ' to ' + "
        "format(datum.high, '.1%') + ')' : '')"
    )
    minutes = sorted({row["minutes"] for row in rows})
    step = max(minutes[-1] / minutes[0], 2) ** _APART
    apart = f"datum.minutes * pow({step}, indexof({json.dumps(letters)}, datum.settings))"
    x = {"field": "apart", "type": "quantitative",
         "scale": {"type": "log", "nice": False, "padding": 24},
         "axis": {"title": "Minutes since the dropped call", "grid": False,
                  "values": minutes, "labelOverlap": "greedy",
                  "format": ",.0f"}}  # fmt: skip
    y = {"field": "share", "type": "quantitative", "scale": _FROM_ZERO,
         "axis": {"title": "Share, with 95 percent interval", **_SHARES}}  # fmt: skip
    colours = [colour(place) for place in range(len(letters))]
    by_settings = {"field": "settings", "type": "nominal", "legend": _LEGEND,
                   "scale": {"domain": letters, "range": colours}}  # fmt: skip
    return {
        "data": {"values": rows},
        "transform": [{"calculate": told, "as": "told"}, {"calculate": apart, "as": "apart"}],
        "layer": [
            {"mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.55, "aria": False},
             "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"},
                          "color": by_settings}},
            {"mark": {"type": "line", "opacity": 0.4, "strokeWidth": 1.5, "aria": False},
             "encoding": {"x": x, "y": y, "color": by_settings}},
            {"mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
             "encoding": {"x": x, "y": y, "color": by_settings, "description": {"field": "told"}}},
        ],
    }  # fmt: skip
