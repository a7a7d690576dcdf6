"""The marks of each kind of chart, in the words of Vega-Lite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconcile.pages.charts import NARROW

if TYPE_CHECKING:
    from reconcile.pages.charts import Chart

_INK = "var(--ink)"
_HEAT = [f"var(--heat-{step})" for step in range(7)]
_COUNT = "format(datum.value, datum.value < 100000 ? ',' : '~s')"
_FEW_TICKS = "clamp(floor(domain('y')[1]), 1, 4)"


def _told(label: str) -> dict[str, Any]:
    """What a mark says of itself, to who points at it and to who hears it."""
    return {"calculate": label, "as": "told"}


def _colours(chart: Chart) -> dict[str, Any]:
    return {
        "field": "series",
        "type": "nominal",
        "legend": None,
        "scale": {
            "domain": [each.name for each in chart.series],
            "range": [each.colour for each in chart.series],
        },
    }


def _stack(chart: Chart, width: int) -> dict[str, Any]:
    is_days = chart.by == "day"
    axis: dict[str, Any] = {
        "title": None,
        "labelAngle": 0,
        "labelOverlap": "greedy",
        "labelSeparation": 5,
    }
    if is_days:
        axis["labelExpr"] = "utcFormat(utcParse(datum.label, '%Y-%m-%d'), '%-d %b')"
        axis["labelSeparation"] = 12
    if chart.by == "hour":
        axis["labelExpr"] = _every_hour(width)
    if chart.by.startswith("within_"):
        axis |= {"title": chart.axis, "labelExpr": "replace(datum.label, ' s', '')"}
    day = "utcFormat(utcParse(datum.key, '%Y-%m-%d'), '%a %-d %b %Y')" if is_days else "datum.key"
    name = "datum.series + ' ' + " if len(chart.series) > 1 else ""
    return {
        "transform": [_told(f"{day} + ': ' + {name}format(datum.value, ',') + ' {chart.unit}'")],
        "mark": {"type": "bar", "width": {"expr": "min(bandwidth('x') * 0.82, 44)"}},
        "encoding": {
            "x": {"field": "key", "type": "ordinal", "sort": None, "axis": axis,
                  "scale": {"paddingInner": 0, "paddingOuter": 0.1}},
            "y": {"field": "value", "type": "quantitative",
                  "axis": {"title": None, "tickCount": {"expr": _FEW_TICKS}, "labelExpr": _COUNT}},
            "color": _colours(chart),
            "order": {"field": "layer", "type": "quantitative"},
            "description": {"field": "told"},
        },
    }  # fmt: skip


def _every_hour(width: int) -> str:
    """The hours that are named below a chart, so that their names stand apart."""
    every = 3 if width > NARROW else 6
    hour = "slice(datum.label, 0, 2)"
    return f"toNumber({hour}) % {every} ? '' : {hour}"


def _heat(chart: Chart, width: int) -> dict[str, Any]:
    return {
        "transform": [
            _told(
                "datum.key + ' ' + datum.across + ': ' + format(datum.value, ',') + "
                f"' {chart.unit}'"
            )
        ],
        "mark": {"type": "rect", "cornerRadius": 2, "stroke": "var(--card)", "strokeWidth": 2},
        "encoding": {
            "x": {"field": "across", "type": "ordinal", "sort": None,
                  "axis": {"title": None, "labelAngle": 0, "domain": False,
                           "labelExpr": _every_hour(width)}},
            "y": {"field": "key", "type": "ordinal", "sort": None, "axis": {"title": None}},
            "color": {"field": "value", "type": "quantitative", "legend": None,
                      "scale": {"type": "quantize", "range": _HEAT, "zero": True, "nice": False}},
            "description": {"field": "told"},
        },
    }  # fmt: skip


def _curve(chart: Chart, width: int) -> dict[str, Any]:
    told = _told(
        "datum.series + ' within ' + datum.key + ': ' + format(datum.share, '.1%') + "
        f"' {chart.unit} (' + format(datum.value, ',') + ')'"
    )
    names = [each.name for each in chart.series]
    dashes = {
        "field": "series",
        "type": "nominal",
        "legend": None,
        "scale": {
            "domain": names,
            "range": [[4, 4] if each.code == "dialled" else [1, 0] for each in chart.series],
        },
    }
    shared = {**_share_by_minutes(width), "color": _colours(chart)}
    return {
        "transform": [{"calculate": _minutes_of(chart), "as": "minutes"}, told],
        "layer": [
            {
                "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2,
                         "aria": False},
                "encoding": {**shared, "strokeDash": dashes},
            },
            {
                "mark": {"type": "point", "size": 90, "opacity": 0, "filled": True},
                "encoding": {**shared, "description": {"field": "told"}},
            },
        ],
    }  # fmt: skip


def _share_by_minutes(width: int) -> dict[str, Any]:
    """The axes of a curve: minutes on a scale of logarithms, and the share."""
    ticks = [1, 5, 15, 60, 240, 1440] if width > NARROW else [1, 15, 60, 1440]
    hours = "datum.value < 60 ? datum.value + ' min' : datum.value / 60 + ' h'"
    return {
        "x": {
            "field": "minutes",
            "type": "quantitative",
            "scale": {"type": "log", "domain": [1, 1440], "nice": False},
            "axis": {"title": None, "values": ticks, "grid": False, "labelExpr": hours},
        },
        "y": {
            "field": "share",
            "type": "quantitative",
            "axis": {"title": None, "format": "%", "tickCount": 4},
            "scale": {"domainMin": 0, "nice": True},
        },
    }


def _minutes_of(chart: Chart) -> str:
    bounds = [bound for bound, _ in chart.keys]
    return f"{bounds}[datum.place]"


def _funnel(chart: Chart, _width: int) -> dict[str, Any]:
    names = [each.name for each in chart.series]
    y = {"field": "series", "type": "ordinal", "sort": names,
         "axis": {"title": None, "labelFontSize": 13, "labelColor": _INK},
         "scale": {"paddingInner": 0.28, "paddingOuter": 0.05}}  # fmt: skip
    return {
        "transform": [
            {"window": [{"op": "first_value", "field": "value", "as": "first"}],
             "frame": [None, None]},
            {"calculate": "datum.first ? datum.value / datum.first : 0", "as": "part"},
            {"calculate": "format(datum.value, ',') + ' · ' + format(datum.part, '.0%')",
             "as": "label"},
            _told(f"datum.series + ': ' + format(datum.value, ',') + ' {chart.unit}, ' + "
                  "format(datum.part, '.0%')"),
        ],
        "encoding": {"y": y,
                     "x": {"field": "value", "type": "quantitative", "axis": None,
                           "scale": {"domainMin": 0, "padding": 0,
                                     "range": [0, {"expr": "width - 92"}]}}},
        "layer": [
            {"mark": {"type": "bar", "cornerRadiusEnd": 3},
             "encoding": {"color": _colours(chart), "description": {"field": "told"}}},
            {"mark": {"type": "text", "align": "left", "dx": 8, "fontSize": 13, "fill": _INK,
                      "aria": False},
             "encoding": {"text": {"field": "label"}}},
        ],
    }  # fmt: skip


KINDS = {"stack": _stack, "heat": _heat, "curve": _curve, "funnel": _funnel}
"""Each gives the marks of a chart in so many pixels."""
