"""`retry_on`: results of a dial after which the client is dialled again within the same attempt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconcile.settings import forms
from reconcile.settings.keys import key

if TYPE_CHECKING:
    from reconcile.settings.campaigns import Campaign
    from reconcile.settings.findings import Findings

RESULTS = ("busy", "no_answer", "rejected", "failed", "machine", "client_alone")
_DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Redial:
    """What follows on one result of a dial; `name` is the result."""

    name: str
    minutes: int = key(
        forms.whole(1, _DAY_MINUTES),
        "How long after the end of the dial it is dialled again.",
        unit="minutes",
    )
    times: int = key(
        forms.whole(1, 9),
        "How often it is dialled again within one attempt.",
        default=1,
    )


def retry_on_key() -> tuple[Redial, ...]:
    """Make the key `retry_on`."""
    retry_on: tuple[Redial, ...] = key(
        forms.named_tables(
            RESULTS, Redial, "tables by result, such as `{ busy = { minutes = 2, times = 1 } }`"
        ),
        "Results after which a client is dialled again within the same attempt. Such a redial "
        "counts for limits, not for the ladder; it is left out where the next step is due by then.",
        default=(),
        default_words="none",
        example=(Redial(name="busy", minutes=2, times=1),),
    )
    return retry_on


def find(campaign: Campaign, least_distance: int | None, findings: Findings) -> None:
    """Look for results that both end and repeat, and redials that the next step always overtakes.

    `least_distance` is the least time between two steps of the ladder, in minutes.
    """
    path = ("campaigns", campaign.name, "retry_on")
    if findings.are_against(path):
        return
    for redial in campaign.retry_on:
        if redial.name in campaign.stop_on:
            findings.error(
                (*path, redial.name), "cannot go with `stop_on`, which has the same result"
            )
        elif least_distance is not None and redial.minutes >= least_distance:
            findings.warning(
                (*path, redial.name),
                f"dials again after {redial.minutes} minutes, and the smallest step is "
                f"{least_distance}: the next attempt comes first",
            )
