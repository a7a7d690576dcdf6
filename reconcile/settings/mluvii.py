"""The keys of kind `mluvii`, as a source and as a sink."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from reconcile.settings import forms, web_address
from reconcile.settings.keys import key
from reconcile.settings.patience import NETWORK, Patience
from reconcile.settings.regions import region
from reconcile.settings.secrets import Secret, secret

if TYPE_CHECKING:
    from reconcile.settings.findings import Findings
    from reconcile.settings.program import Settings

ID_MAX = 2**63 - 1
LEDGER = "mluvii-ledger.ndjson"
_FIELD = "the name of a field of the contacts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How an instance of mluvii is asked."""

    url: str = key(
        web_address.web_address("https://app.mluvii.com"),
        "Where mluvii is reached.",
        example="https://app.mluvii.com",
    )
    client_id: str = key(forms.text(), "The client of its public API.", example="reconcile")
    client_secret: Secret = secret("Where the secret of this client is kept.", is_needed=True)
    ca_file: str | None = web_address.ca_file_key()
    connect_seconds: int = web_address.connect_seconds_key()
    answer_seconds: int = web_address.answer_seconds_key()
    budget_seconds: int = key(
        forms.whole(1, 3_600),
        "How long all requests of a run may take together, waits for a busy service included.",
        default=20,
        unit="seconds",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MluviiSource(Access):
    """Kind `mluvii`: phone sessions as calls, contacts as a directory, read from its public API."""

    gives: tuple[str, ...] = key(
        forms.some_of("calls", "contacts", "results"),
        "What is read: phone sessions as calls, the contacts of `departments` as the directory, "
        "what the list of `campaign_id` says of the dials that a sink added. Two sources can have "
        "two schedules.",
        default=("calls",),
    )
    departments: tuple[int, ...] = key(
        forms.wholes(1, ID_MAX, "a list of ids of departments, each once, at least one"),
        "Whose sessions and contacts are read; contacts need at least one.",
        default=(),
        default_words="the sessions of all",
        example=(1,),
    )
    campaign_id: int | None = key(
        forms.whole(1, ID_MAX), "The campaign whose list is read, for `results`.",
        default=None, default_words="none", example=7,
    )  # fmt: skip
    ledger: str = key(
        forms.text("a path"), "The `ledger` of the sink that adds to this campaign, for `results`.",
        default=LEDGER,
    )  # fmt: skip
    dialled_number_parameter: str | None = key(
        forms.text("the name of a call parameter"),
        "The call parameter that holds the line the client dialled.",
        default=None,
        default_words="the line is not known",
        example="dialled_number",
    )
    phone_field: str = key(
        forms.text(_FIELD), "The field of a contact that holds its numbers.",
        default="oo1_guest_phone",
    )  # fmt: skip
    name_field: str = key(
        forms.text(_FIELD), "The field of a contact that holds its name.", default="oo1_guest_ident"
    )
    lookback_minutes: int = key(
        forms.whole(1, 10_080),
        "How far back each run reads sessions again, for what is changed or comes late.",
        default=15,
        unit="minutes",
    )
    first_days: int = key(
        forms.whole(0, 365),
        "How far back the first run reads.",
        default=1,
        unit="days",
    )
    page_rows: int = key(
        forms.whole(2, 10_000), "How many rows are asked for at once.", default=1_000, unit="rows"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MluviiSink(Access):
    """Kind `mluvii`: a dial adds its contact to a campaign of mluvii, a remove takes it out."""

    takes_copies: ClassVar[bool] = False
    patience: ClassVar[Patience] = NETWORK
    campaign_id: int = key(
        forms.whole(1, ID_MAX),
        "The campaign of mluvii: goal None (it never ends), without rules that call again.",
        example=7,
    )
    ledger: str = key(
        forms.text("a path"),
        "The file in which the sink notes what it does, before it does it. Keep it: without it "
        "a dial that was under way in a killed run cannot be told from a new one.",
        default=LEDGER,
    )
    create_contacts: bool = key(
        forms.flag(),
        "Whether a contact is made for a caller whom the directory does not know. Without it such "
        "a dial is refused, for a campaign of mluvii takes contacts only.",
        default=False,
    )
    region: str = key(
        region(),
        "Country of the contacts' numbers that have no country code, for `create_contacts`: a "
        "contact is made only where none has the number.",
        default="",
        default_words="none",
        example="CZ",
    )


def find(settings: Settings, findings: Findings) -> None:
    """Look for keys of this kind that do not go together, and dials that it will refuse."""
    for source in settings.sources:
        if not isinstance(source.detail, MluviiSource):
            continue
        web_address.find(source.detail.url, ("sources", source.name, "url"), findings)
        if "contacts" in source.detail.gives and not source.detail.departments:
            findings.error(
                ("sources", source.name),
                "lacks `departments`, expected those whose contacts are the directory",
            )
        if "results" in source.detail.gives and source.detail.campaign_id is None:
            findings.error(
                ("sources", source.name),
                "lacks `campaign_id`, expected that of the sink's campaign",
            )
    for sink in settings.sinks:
        if not isinstance(sink.detail, MluviiSink):
            continue
        web_address.find(sink.detail.url, ("sinks", sink.name, "url"), findings)
        makes_contacts = sink.detail.create_contacts
        if makes_contacts and not sink.detail.region:
            findings.error(
                ("sinks", sink.name, "create_contacts"),
                "needs `region`: without it contacts that have the number are not recognised, and "
                "duplicates are made",
            )
        for campaign in settings.campaigns:
            is_ours = campaign.dialler == sink.name
            if is_ours and campaign.unknown_callers == "dial" and not makes_contacts:
                findings.warning(
                    ("campaigns", campaign.name),
                    f"dials unknown callers, whom the sink `{sink.name}` refuses without "
                    '`create_contacts`; `unknown_callers = "block"` shows them as blocked instead',
                )
