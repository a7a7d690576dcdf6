"""Draw the charts with Vega-Lite: here as SVG for the page as it is sent, there by the same words.

Colours are names of the style sheet, so that light, dark and print have theirs.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from reconcile.pages.marks import KINDS
from reconcile.pages.rendering import not_installed, part

if TYPE_CHECKING:
    from reconcile.pages.charts import Chart
    from reconcile.pages.sums import Summed

VEGA_LITE = "6.4"
"""The version of Vega-Lite, of those that the library knows."""

_SOFT, _RULE = "var(--soft)", "var(--rule)"
CONFIG: dict[str, Any] = {
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
_COLOUR = re.compile(r"var\(--([a-z0-9-]+)\)")
_NAMED = re.compile(r"--([a-z0-9-]+): (#[0-9a-f]{6});")


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
        "config": CONFIG,
        "data": {"name": "rows", "values": []},
        **inner,
    }


def svg(chart: Chart, summed: Summed, width: int) -> str:
    """Draw a chart. Raises UsageWrong where the library that draws is not installed."""
    filled = {
        **specification(chart, width),
        "data": {"name": "rows", "values": rows_of(chart, summed)},
    }
    return drawn(filled, f"{chart.name}-{width}")


def drawn(specification: dict[str, Any], name: str) -> str:
    """Draw a specification as SVG; `name` is its own among those of one page.

    Raises UsageWrong where the library that draws is not installed.
    """
    picture: str = library().vegalite_to_svg(specification, vl_version=VEGA_LITE)
    # The library counts the names of its clips on and on.
    names: dict[str, str] = {}
    return _CLIP.sub(lambda found: names.setdefault(found[1], f"{name}-clip-{len(names)}"), picture)


def png(specification: dict[str, Any]) -> bytes:
    """Draw a specification as PNG, twice as fine as its pixels. Raises UsageWrong as `drawn`."""
    picture: bytes = library().vegalite_to_png(specification, vl_version=VEGA_LITE, scale=2)
    return picture


def in_light(specification: dict[str, Any]) -> dict[str, Any]:
    """Put the light colours of the style sheet in the place of their names, for a picture alone."""
    colours: dict[str, str] = {}
    for name, colour in _NAMED.findall(part("page.css")):
        colours.setdefault(name, colour)  # the light ones come first, the dark ones behind them
    text = _COLOUR.sub(lambda found: colours.get(found[1], found[0]), json.dumps(specification))
    light: dict[str, Any] = json.loads(text)
    return light


@cache
def engine() -> str:
    """The script that draws in a browser: Vega, Vega-Lite and what embeds them."""
    bundle: str = library().javascript_bundle(vl_version=VEGA_LITE)
    return bundle


def library() -> Any:  # noqa: ANN401 - a module without types
    """Give the library that draws. Raises UsageWrong where it is not installed."""
    try:
        import vl_convert  # noqa: PLC0415 - only charts need it
    except ImportError as error:
        raise not_installed(error) from error
    return vl_convert
