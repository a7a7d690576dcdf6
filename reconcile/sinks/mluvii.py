"""Put contacts into a campaign of mluvii at the minute they are to be called, and take them out.

The service keeps no keys and does not say what adding a contact twice does. So the list of the
campaign is read before and after, and what is about to be done is noted in a file before it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconcile.errors import Problem, SinkUnreachable
from reconcile.mluvii.access import client_of
from reconcile.mluvii.campaign import Campaign, has_arrived, is_out
from reconcile.mluvii.faults import Fault
from reconcile.mluvii.ledger import Ledger
from reconcile.sinks import Outcome, OutgoingCommand
from reconcile.sinks.mluvii_orders import NotOurs, Order
from reconcile.sinks.mluvii_round import Round

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

_ENDLESS = "empty"
_RUNS = "InProgress"


@dataclass(slots=True)
class MluviiSink:
    """A campaign of mluvii that dials."""

    options: Mapping[str, Any]
    campaign: Campaign
    can_tell_repeats: bool = True
    waits_for_network: bool = True
    promise: str = (
        "each contact is added to the campaign exactly once for each dial, as long as the ledger "
        "is kept and nobody else adds or deletes the same contact between a killed run and the "
        "next one; how mluvii treats a contact that is added again is not documented, so the list "
        "of the campaign is compared before and after"
    )

    def deliver(self, commands: Sequence[OutgoingCommand], mark: str) -> tuple[list[Outcome], str]:
        """Do what each command asks, in order, and see in the list what became of it."""
        outcomes: dict[str, Outcome] = {}
        orders: list[Order] = []
        for command in commands:
            try:
                orders.append(Order.of(command))
            except NotOurs as fault:
                outcomes[command.key] = Outcome(command.key, "refused_now", str(fault))
        if orders:
            outcomes |= {one.key: one for one in self._carry_out(orders)}
        return [outcomes[command.key] for command in commands], mark

    def _carry_out(self, orders: Sequence[Order]) -> list[Outcome]:
        try:
            ledger = Ledger.read(self._path)
            before = self.campaign.identities()
        except (Fault, Problem, OSError) as fault:
            return [Outcome(order.key, "refused_now", _what(fault)) for order in orders]
        return Round(self.campaign, ledger, before, self.options).carry_out(orders)

    def recover(self, keys: Collection[str], mark: str) -> set[str]:  # noqa: ARG002 - the form is given
        """Look for what was about to be done, in the ledger and then in the campaign."""
        try:
            ledger = Ledger.read(self._path)
            notes = [ledger.notes[key] for key in keys if key in ledger.notes]
            if all(note.is_done for note in notes):
                return {note.key for note in notes}
            now = self.campaign.identities()
        except (Fault, Problem, OSError) as fault:
            raise SinkUnreachable(
                _what(fault), follows="Its commands stay in doubt; the next run looks again"
            ) from fault
        found = set()
        for note in notes:
            identity = None if note.contact is None else now.get(note.contact)
            is_there = has_arrived(note.before, identity)
            if note.is_done or (is_out(identity) if note.kind == "remove" else is_there):
                found.add(note.key)
        return found

    def check(self) -> str:
        """Ask for the campaign, and say what of it does not fit."""
        try:
            about = self.campaign.about()
            identities = self.campaign.identities()
        except (Fault, Problem) as fault:
            raise SinkUnreachable(_what(fault), hint=getattr(fault, "hint", "")) from fault
        name = f"campaign {self.campaign.campaign_id} (`{about.get('name')}`)"
        told = [f"{name} can be read, {len(identities):,} contacts stand in it"]
        told += [f"warning: {text}" for text in _doubts(about)]
        return "; ".join(told)

    @property
    def _path(self) -> Path:
        folder: Path = self.options["folder"]
        return folder / str(self.options["ledger"])


def _doubts(about: Mapping[str, Any]) -> list[str]:
    """What speaks against a campaign, as far as it tells."""
    doubts = []
    if about.get("ruleId") is not None:
        doubts.append(
            f"it has rules of its own (`ruleId` {about['ruleId']}): where one of them calls again, "
            "clients are dialled twice"
        )
    if about.get("goal", _ENDLESS) != _ENDLESS:
        doubts.append(f"its goal is `{about['goal']}`, so it ends; the goal None never does")
    if about.get("channel", "Phone") != "Phone":
        doubts.append(f"its channel is `{about['channel']}`, not `Phone`")
    if about.get("state", _RUNS) != _RUNS:
        doubts.append(f"its state is `{about['state']}`, so it dials nobody")
    return doubts


def _what(fault: Exception) -> str:
    return getattr(fault, "what", "") or str(fault)


def open_sink(options: Mapping[str, Any]) -> MluviiSink:
    """Make the sink; it asks for nothing before it is used."""
    client = client_of(options, options["folder"])
    return MluviiSink(options, Campaign(client, options["campaign_id"]))
