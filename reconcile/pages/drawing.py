"""Draw the charts with Vega-Lite: here as SVG for the page as it is sent, there by the same words.

Colours are names of the style sheet, so that light, dark and print have theirs.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from reconcile.pages.marks import KINDS
from reconcile.pages.rendering import not_installed

if TYPE_CHECKING:
    from reconcile.pages.charts import Chart
    from reconcile.pages.sums import Summed

VEGA_LITE = "6.4"
"""The version of Vega-Lite, of those that the library knows."""

_SOFT, _RULE = "var(--soft)", "var(--rule)"
_CONFIG: dict[str, Any] = {
    "background": None,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": _SOFT, "labelFontSize": 12, "labelPadding": 6, "titleColor": _SOFT,
        "titleFontSize": 12, "titleFontWeight": "normal", "titlePadding": 10, "gridColor": _RULE,
        "domain": False, "ticks": False, "aria": False,
    },
    "axisX": {"grid": False, "domain": True, "domainColor": "var(--rule-strong)"},
    "bar": {"cornerRadius": 0},
}  # fmt: skip
_HEIGHTS = {"stack": 220, "curve": 240, "funnel": 216, "heat": 196}
_CLIP = re.compile(r"\bclip(\d+)\b")


def rows_of(chart: Chart, summed: Summed) -> list[dict[str, Any]]:
    """The values of a chart as rows for a drawing; `report.js` makes the same of the same sums."""
    if chart.across:
        return [
            {"key": name, "across": across, "value": value}
            for (_, name), line in zip(summed.keys, summed.values, strict=True)
            for (_, across), value in zip(chart.across_keys, line, strict=True)
        ]
    return [
        {
            "key": name,
            "place": place,
            "series": each.name,
            "layer": layer,
            "value": value,
            "share": value / summed.whole if summed.whole else 0,
        }
        for layer, (each, line) in enumerate(zip(chart.series, summed.values, strict=True))
        for place, ((_, name), value) in enumerate(zip(summed.keys, line, strict=True))
    ]


def specification(chart: Chart, width: int) -> dict[str, Any]:
    """How a chart is drawn in so many pixels, its rows left out."""
    inner = KINDS[chart.kind](chart, width)
    return {
        "width": width - 16,
        "height": _HEIGHTS[chart.kind],
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": {"left": 2, "right": 14, "top": 8, "bottom": 2},
        "config": _CONFIG,
        "data": {"name": "rows", "values": []},
        **inner,
    }


def svg(chart: Chart, summed: Summed, width: int) -> str:
    """Draw a chart. Raises UsageWrong where the library that draws is not installed."""
    filled = {
        **specification(chart, width),
        "data": {"name": "rows", "values": rows_of(chart, summed)},
    }
    drawn: str = _library().vegalite_to_svg(filled, vl_version=VEGA_LITE)
    # The library counts the names of its clips on and on.
    names: dict[str, str] = {}
    return _CLIP.sub(
        lambda found: names.setdefault(found[1], f"{chart.name}-{width}-clip-{len(names)}"), drawn
    )


@cache
def engine() -> str:
    """The script that draws in a browser: Vega, Vega-Lite and what embeds them."""
    bundle: str = _library().javascript_bundle(vl_version=VEGA_LITE)
    return bundle


def _library() -> Any:  # noqa: ANN401 - a module without types
    try:
        import vl_convert  # noqa: PLC0415 - only charts need it
    except ImportError as error:
        raise not_installed(error) from error
    return vl_convert
