"""The plot of a simulation: what each settings costs in dials, and who needs none.

As a page with its tables, or as a picture alone.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import reconcile
from reconcile.errors import UsageWrong
from reconcile.files_out import write_whole
from reconcile.pages import drawing, rendering, trade_off_marks
from reconcile.pages.charts import HALF, NARROW
from reconcile.simulation import telling

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.reports.tables import Zone
    from reconcile.simulation import Simulated

_HEIGHT = 280
_COSTS = "Dials, and clients reached"
_COSTS_SENTENCE = (
    "Each settings by the dials it takes, and by the share of its episodes whose client was "
    "reached: before any dial, and in the end. Who lies between the two was dialled before."
)
_RETURNS = "Clients who call again by themselves before a step"


class Ending(StrEnum):
    """What a plot can be written as, by the ending of its file."""

    SVG = ".svg"
    PNG = ".png"
    HTML = ".html"


def ending_of(path: Path) -> Ending:
    """What to write into a file. Raises UsageWrong for another ending, or without the libraries."""
    try:
        ending = Ending(path.suffix.lower())
    except ValueError:
        raise UsageWrong(
            f"the ending of `{path}` tells no plot", hint=f"end it in {', '.join(Ending)}"
        ) from None
    drawing.library()
    return ending


def write(found: Simulated, zone: Zone, path: Path, ending: Ending) -> None:
    """Write the plot into a file, whole or not at all."""
    match ending:
        case Ending.HTML:
            write_whole(path, page(found, zone))
        case Ending.SVG:
            write_whole(path, drawing.drawn(_picture(found), "plot"))
        case Ending.PNG:
            write_whole(path, drawing.png(_picture(found)))


def page(found: Simulated, zone: Zone) -> str:
    """Make one self-contained page: the plots, their numbers, and what they stand for."""
    return rendering.render(
        "trade_off.html",
        sentence=telling.sentence(found, zone),
        settings=telling.named_alternatives(found),
        colours=[trade_off_marks.colour(place) for place in range(len(found.outcomes))],
        costs={
            "title": _COSTS,
            "sentence": _COSTS_SENTENCE,
            "rows": trade_off_marks.costs(found),
            **_drawings(trade_off_marks.costs_drawn(found), "costs"),
        },
        returns=[
            {
                "title": _returns_title(found, campaign),
                "sentence": telling.RETURNS,
                "rows": rows,
                **_drawings(trade_off_marks.returns_drawn(found, rows), f"returns-{place}"),
            }
            for place, (campaign, rows) in enumerate(trade_off_marks.returns(found).items())
        ],
        version=reconcile.__version__,
    )


def _drawings(inner: dict[str, Any], name: str) -> dict[str, str]:
    return {
        form: drawing.drawn(
            {
                "width": width - 16,
                "height": _HEIGHT,
                "autosize": {"type": "fit-x", "contains": "padding"},
                "config": drawing.CONFIG,
                **inner,
            },
            f"{name}-{form}",
        )
        for form, width in (("wide", HALF), ("slim", NARROW))
    }


def _picture(found: Simulated) -> dict[str, Any]:
    """All plots beside each other on a light ground, the settings named above them."""
    plots = [_titled(_COSTS, trade_off_marks.costs_drawn(found))]
    plots += [
        _titled(_returns_title(found, campaign), trade_off_marks.returns_drawn(found, rows))
        for campaign, rows in trade_off_marks.returns(found).items()
    ]
    names = [f"{letter}: {text}" for letter, text in telling.named_alternatives(found)]
    return drawing.in_light(
        {
            "title": {"text": "Ladders side by side", "subtitle": names, "anchor": "start",
                      "fontSize": 20, "subtitleFontSize": 12, "subtitleColor": "var(--soft)",
                      "color": "var(--ink)", "offset": 24},
            "config": {**drawing.CONFIG, "background": "var(--card)"},
            "padding": 24,
            "columns": 2,
            "spacing": 48,
            "concat": plots,
            "resolve": {"scale": {"color": "independent"}},
        }
    )  # fmt: skip


def _titled(title: str, inner: dict[str, Any]) -> dict[str, Any]:
    shown = {"text": title, "anchor": "start", "color": "var(--ink)", "fontSize": 14}
    return {"title": shown, "width": HALF, "height": _HEIGHT, **inner}


def _returns_title(found: Simulated, campaign: str) -> str:
    return f"{_RETURNS}: {campaign}" if len(trade_off_marks.returns(found)) > 1 else _RETURNS
