"""Which campaign a call goes to: what two campaigns both ask for goes to the one before."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from reconcile.settings.campaigns import Campaign
    from reconcile.settings.findings import Findings
    from reconcile.settings.program import Settings


def find(settings: Settings, findings: Findings) -> None:
    """Judge what stands for the line; warn where one campaign takes calls that another asks for.

    Lines are compared as they are written. A later campaign without lines or queues of its own
    takes what is left, and is not warned of.
    """
    for campaign in settings.campaigns:
        _what_stands_for_it(campaign, findings)
    for earlier, later in combinations(settings.campaigns, 2):
        path = ("campaigns", later.name)
        if _takes_all(earlier, later):
            findings.warning(
                path,
                f"takes no call: each that fits it goes to `{earlier.name}`, which stands before "
                "it in the file; put the narrower one first",
            )
        elif shared := _shared(earlier, later):
            findings.warning(
                path,
                f"shares {shared} with `{earlier.name}`: a call that fits both goes to "
                f"`{earlier.name}`, which stands before it in the file",
            )


def _what_stands_for_it(campaign: Campaign, findings: Findings) -> None:
    path = ("campaigns", campaign.name)
    if campaign.shared_telephony and campaign.dialled_numbers:
        findings.error(
            (*path, "dialled_numbers"),
            "cannot go with `shared_telephony = true`: with shared telephony the dialled number "
            "does not tell which company was called, expected `queues` in its place",
        )
    if campaign.shared_telephony and not (campaign.queues or campaign.menus):
        findings.warning(
            path,
            "has `shared_telephony` without `queues` and `menus`, so every company's dropped calls "
            "count",
        )
    if campaign.menus and "ivr" not in campaign.dropped_in:
        findings.warning((*path, "menus"), "has no effect, for `dropped_in` does not have `ivr`")


def _takes_all(earlier: Campaign, later: Campaign) -> bool:
    return all(
        not of_earlier or (of_later and set(of_later) <= set(of_earlier))
        for of_earlier, of_later in _filters(earlier, later)
    )


def _shared(earlier: Campaign, later: Campaign) -> str:
    """What both name, in words; empty where nothing, or where no call can fit both."""
    words = []
    for of_earlier, of_later in _filters(earlier, later):
        both = [word for word in of_later if word in of_earlier]
        if of_earlier and of_later and not both:
            return ""
        words += both
    return ", ".join(f"`{word}`" for word in words)


def _filters(earlier: Campaign, later: Campaign) -> list[tuple[Collection[str], Collection[str]]]:
    """Lines, and queues with the menus that stand for them; empty where every one will do."""
    return [
        (earlier.dialled_numbers, later.dialled_numbers),
        (_places(earlier), _places(later)),
    ]


def _places(campaign: Campaign) -> tuple[str, ...]:
    if campaign.queues or campaign.shared_telephony:
        return (*campaign.queues, *campaign.menus)
    return ()
