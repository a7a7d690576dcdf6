"""One delivery to a campaign of mluvii: note, act, look at the list again, say what became."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from reconcile import phone_numbers
from reconcile.mluvii.campaign import (
    DIALLING,
    FINISHED,
    PHONE_FIELD,
    TALKING,
    Campaign,
    Identity,
    has_arrived,
    is_out,
)
from reconcile.mluvii.contacts import Contacts
from reconcile.mluvii.faults import Fault
from reconcile.mluvii.ledger import Ledger, Note
from reconcile.sinks import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconcile.sinks import State
    from reconcile.sinks.mluvii_orders import Order

NAME_FIELD = "oo1_guest_ident"


class _NotNow(Exception):
    """An order is not carried out in this run; says why."""


@dataclass(slots=True)
class Round:
    """Carries out orders. `before` is the list of the campaign as it was before them."""

    campaign: Campaign
    ledger: Ledger
    before: dict[int, Identity]
    options: Mapping[str, Any]
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    _under_way: list[tuple[Note, str]] = field(default_factory=list)
    _about: dict[str, Any] | None = None

    def carry_out(self, orders: Sequence[Order]) -> list[Outcome]:
        """Do what can be done of each and give one outcome for each, in order."""
        for order in orders:
            known = self.ledger.notes.get(order.key)
            if known is not None and known.is_done:
                self._end(order.key, "delivered", "done in an earlier run")
                continue
            try:
                self._remove(order) if order.kind == "remove" else self._dial(order)
            except _NotNow as reason:
                self._end(order.key, "refused_now", str(reason))
            except Fault as fault:
                self._end(order.key, "refused_now", fault.what)
            except OSError as error:
                self._end(order.key, "refused_now", f"the ledger cannot be written: {error}")
        if self._under_way:
            self._look_again()
        return [self.outcomes[order.key] for order in orders]

    def _end(self, key: str, state: State, detail: str = "") -> None:
        self.outcomes[key] = Outcome(key, state, detail)

    def _note(self, order: Order, contact: int | None) -> Note:
        before = None if contact is None else self.before.get(contact)
        campaign = self.campaign.campaign_id
        return Note(order.key, order.kind, order.number, campaign, contact, order.at, before)

    def _dial(self, order: Order) -> None:
        contact = order.contact or self._contact_of(order)
        note = self._note(order, contact)
        if any(other.contact == contact for other, _ in self._under_way):
            raise _NotNow(f"another command of this run is about contact {contact}")
        if note.before is not None and note.before.state not in FINISHED:
            raise _NotNow(
                f"contact {contact} stands in campaign {note.campaign} already, "
                f"`{note.before.state}`; it is added again once that is over"
            )
        phone_field = self._campaign_value("contactInfoField", PHONE_FIELD)
        self.ledger.write([note])
        fault = ""
        try:
            if not is_out(note.before):
                self.campaign.delete([contact])
            self.campaign.add(contact, phone_field=phone_field)
        except Fault as error:
            fault = error.what
            if not error.may_have_arrived:
                self._end(order.key, "refused_now", fault)
                return
        self._under_way.append((note, fault))

    def _remove(self, order: Order) -> None:
        """Take out the contact that was put in for this number, or that has it now."""
        campaign = self.campaign.campaign_id
        candidates = {order.contact, self.ledger.contact_of(order.number, campaign)} - {None}
        wanted: list[int] = []
        for contact in sorted(one for one in candidates if one is not None):
            identity = self.before.get(contact)
            adder = self.ledger.adder(contact, campaign)
            is_anothers = adder is not None and adder.number != order.number
            if is_out(identity) or is_anothers or (identity and identity.state in TALKING):
                continue
            if identity is not None and identity.state in DIALLING:
                raise _NotNow(
                    f"contact {contact} is just being dialled by campaign {campaign}, "
                    f"`{identity.state}`; it is taken out once that is over"
                )
            wanted.append(contact)
        if not wanted:
            self._done([self._note(order, None)])
            return
        for contact in wanted:
            note = self._note(order, contact)
            self.ledger.write([note])
            fault = ""
            try:
                self.campaign.delete([contact])
            except Fault as error:
                fault = error.what
            self._under_way.append((note, fault))

    def _look_again(self) -> None:
        """Read the list once more: only what it shows is delivered."""
        try:
            after = self.campaign.identities()
        except Fault as fault:
            for note, said in self._under_way:
                self._end(note.key, "unsure", said or fault.what)
            return
        for note, said in self._under_way:
            identity = None if note.contact is None else after.get(note.contact)
            is_remove = note.kind == "remove"
            if is_out(identity) if is_remove else has_arrived(note.before, identity):
                continue
            shown = "is not in it" if identity is None else f"is `{identity.state}` in it"
            what = f"campaign {note.campaign} took contact {note.contact}, which {shown}"
            # Taken, and not to be seen: a list that lags must not make it a second dial.
            is_doubtful = not (is_remove or said or note.before)
            self._end(note.key, "unsure" if is_doubtful else "refused_now", said or what)
        self._done([note for note, _ in self._under_way if note.key not in self.outcomes])

    def _done(self, notes: Sequence[Note]) -> None:
        """Note what is done. That the note fails changes nothing about it: the state knows it."""
        for note in notes:
            self._end(note.key, "delivered")
        try:
            self.ledger.write([replace(note, is_done=True) for note in notes])
        except OSError:
            return

    # unknown callers

    def _contact_of(self, order: Order) -> int:
        """The contact to be called for a caller who was not in the directory."""
        campaign = self.campaign.campaign_id
        earlier = self.ledger.contact_of(order.number, campaign)
        if earlier is not None:
            return earlier
        if not self.options["create_contacts"]:
            raise _NotNow(
                "the caller is in no directory, and a campaign of mluvii takes contacts only; "
                "`create_contacts = true` makes one"
            )
        phone_field = self._campaign_value("contactInfoField", PHONE_FIELD)
        contacts = Contacts(self.campaign.client, int(self._campaign_value("departmentId", "0")))
        found = contacts.with_number(order.number, phone_field=phone_field, read=self._e164)
        if len(found) > 1:
            listed = ", ".join(map(str, found))
            raise _NotNow(f"the contacts {listed} of mluvii have this number: it is a duplicate")
        if found:
            return found[0]
        return contacts.create({phone_field: order.number, NAME_FIELD: order.number})

    def _e164(self, text: str) -> str | None:
        return phone_numbers.parse(text, region=self.options["region"]).e164

    def _campaign_value(self, name: str, default: str) -> str:
        """What the campaign says of itself, asked once."""
        if self._about is None:
            self._about = self.campaign.about()
        value = self._about.get(name)
        return default if value is None else str(value)
