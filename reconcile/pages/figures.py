"""The figures on top of a report: each a sum over a cube, with its definition in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconcile.pages.sums import total

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconcile.queries import Rows


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of a column of a cube, over the rows in which others have these values."""

    cube: str
    column: str
    where: tuple[tuple[str, str], ...] = ()

    def of(self, cubes: Mapping[str, Rows]) -> int:
        """Its value over all rows."""
        rows = cubes[self.cube]
        places = [(rows.columns.index(name), value) for name, value in self.where]
        kept = [row for row in rows.rows if all(row[place] == value for place, value in places)]
        return total(type(rows)(rows.columns, kept), self.column)

    def recipe(self) -> dict[str, Any]:
        """What a browser needs to sum it again."""
        return {
            "cube": self.cube,
            "column": self.column,
            "where": [list(each) for each in self.where],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure.

    `beside` is told next to it: `part / whole`, as a share or as a number of each; its words have
    `{}` for that. `clients` is how the list is narrowed to whom it counts.
    """

    name: str
    title: str
    definition: str
    value: Sum
    beside: str
    part: Sum
    whole: Sum
    is_share: bool = True
    clients: str

    def recipe(self) -> dict[str, Any]:
        """What a browser needs to sum it again."""
        return {
            "name": self.name,
            "title": self.title,
            "value": self.value.recipe(),
            "beside": self.beside,
            "part": self.part.recipe(),
            "whole": self.whole.recipe(),
            "isShare": self.is_share,
            "clients": self.clients,
        }

    def told_beside(self, cubes: Mapping[str, Rows]) -> str:
        """The words next to it; a dash where there is nothing to divide by."""
        return beside(self, self.part.of(cubes), self.whole.of(cubes))


def beside(figure: Figure, part: int, whole: int) -> str:
    """Put a share, or so many of each, into the words of a figure."""
    if not whole:
        return figure.beside.replace("{}", "–")
    told = f"{part / whole:.0%}" if figure.is_share else f"{part / whole:.1f}"
    return figure.beside.replace("{}", told)


def _result(code: str) -> Sum:
    return Sum("outcomes", "episode_count", (("result", code),))


_EPISODES = Sum("outcomes", "episode_count")
_DIALS = Sum("outcomes", "dial_count")
_REGRETS = Sum("outcomes", "regret_count")


def _outcome(code: str, title: str, definition: str) -> Figure:
    return Figure(
        name=code, title=title, definition=definition, value=_result(code),
        beside="{} of clients", part=_result(code), whole=_EPISODES, clients=code,
    )  # fmt: skip


FIGURES = (
    Figure(
        name="dropped",
        title="Dropped calls",
        definition=(
            "Incoming calls that are over and in which no operator connected after the client last "
            "began to wait: in a queue, in a menu that the settings list, and otherwise where a "
            "campaign asks for it. Each opened an episode, joined one, was ignored with a reason, "
            "or is settling. Beside it the abandonment rate: of the calls that came to a queue, "
            "those that hung up waiting there and never talked; short waits count, menus do not. "
            "An answered call belongs to no campaign, so there is no rate for a single one."
        ),
        value=Sum("drops", "drop_count"),
        beside="{} of offered calls abandoned",
        part=Sum("calls", "abandoned_count"),
        whole=Sum("calls", "offered_count"),
        clients="all",
    ),
    Figure(
        name="clients",
        title="Clients to call back",
        definition=(
            "Episodes: stays of a number in a campaign, each opened by a dropped call and closed "
            "once. Whoever drops again meanwhile joins; whoever drops later counts again. "
            "Episodes whose call turned out to be no dropped call are left out."
        ),
        value=_EPISODES,
        beside="{} of dropped calls opened one",
        part=Sum("drops", "drop_count", (("account", "opened"),)),
        whole=Sum("drops", "drop_count"),
        clients="opened",
    ),
    _outcome(
        "won_back",
        "Won back by us",
        "Operator and client talked in a dial of ours, whichever attempt.",
    ),
    _outcome(
        "self",
        "Called back by themselves",
        "The client called again, on any line, and got through before we reached him.",
    ),
    _outcome(
        "otherwise",
        "Reached otherwise",
        "In an outgoing call that somebody placed by hand, or in one of which no record is left.",
    ),
    _outcome(
        "open",
        "Still to be called",
        "Open episodes: an attempt is to come, or is on its way.",
    ),
    _outcome(
        "blocked",
        "Blocked",
        "Open episodes that nobody is called for: the number stands on two or more contacts, or "
        "on none where unknown callers are blocked.",
    ),
    _outcome(
        "lost",
        "Not reached",
        "Closed without a talk: all attempts made, given up, on a do-not-call list, closed by "
        "hand, or the campaign has ended. A later talk does not count here.",
    ),
    Figure(
        name="dials",
        title="Dials handed out",
        definition=(
            "Dials that the dialler took for these episodes, redials within an attempt too; beside "
            "it how many of them one client won back has cost."
        ),
        value=_DIALS,
        beside="{} for each client won back",
        part=_DIALS,
        whole=_result("won_back"),
        is_share=False,
        clients="dial_count",
    ),
    Figure(
        name="regrets",
        title="Wasted dials",
        definition=(
            "Regrets: dials that would not have been handed out, had every record been known in "
            "time, for the client had talked with an operator before, or had not dropped at all."
        ),
        value=_REGRETS,
        beside="{} of dials",
        part=_REGRETS,
        whole=_DIALS,
        clients="regret_count",
    ),
)
