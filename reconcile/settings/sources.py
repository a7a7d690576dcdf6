"""The keys of `[sources.NAME]`: where facts come from, by kind."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from reconcile.settings import forms
from reconcile.settings.asterisk_logs import GLOB, AsteriskLogs
from reconcile.settings.forms import Form, Unfit
from reconcile.settings.keys import key
from reconcile.settings.mluvii import MluviiSource
from reconcile.settings.regions import region
from reconcile.settings.schedules import schedule
from reconcile.settings.table_selects import SQL_FILE, TableSelects

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconcile.settings.database_tables import DatabaseDetail

    SourceDetail: TypeAlias = (
        "AsteriskLogs | TableFiles | ResultFiles | MluviiSource | DatabaseDetail"
    )

_YEAR_MINUTES = 525_600


def codec() -> Form:
    """Accept the name of a text encoding that Python knows."""
    expected = 'the name of a text encoding, such as "utf-8", "cp1250" or "utf-16"'

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise Unfit(value, expected)
        try:
            "a".encode(value)  # refuses codecs that are not for text, such as `hex`
            return codecs.lookup(value).name
        except (LookupError, ValueError):
            raise Unfit(value, expected) from None

    return Form(expected, read)


def delimiter() -> Form:
    """Accept the sign between two fields."""
    expected = 'one sign, such as ";" or "\\t", no quote and no line end'

    def read(value: object) -> str:
        if not isinstance(value, str) or len(value) != 1 or value in "\"'\r\n":
            raise Unfit(value, expected)
        return value

    return Form(expected, read)


@dataclass(frozen=True, kw_only=True)
class TableFiles(TableSelects):
    """Kind `table`: a call log, a directory or a do-not-call list, through a select of the user."""

    path: str = key(
        forms.text(GLOB),
        "The files. The select reads them as the relation `input`.",
        example="contacts.csv",
    )
    format: str = key(
        forms.one_of("csv", "ndjson", "json", "parquet"),
        "The format of the files.",
        default="",
        default_words="by the ending of `path`",
        example="csv",
    )
    encoding: str = key(codec(), "The text encoding, for csv.", default="utf-8")
    delimiter: str = key(delimiter(), "The sign between two fields, for csv.", default=",")
    header: bool = key(
        forms.flag(), "Whether the first line names the columns, for csv.", default=True
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFiles:
    """Kind `results`: what a dialler reports back of the commands it was given."""

    path: str = key(
        forms.text(GLOB),
        "The files, with the columns `key` (of the command), `at` (with its offset, or UTC), "
        "`event` (placed, ringing, answered, ended) and, with `ended`, `result` (answered, "
        "no_answer, busy, rejected, failed, no_such_number, machine, client_alone, unknown).",
        example="results.ndjson",
    )
    results: str | None = key(
        forms.text(SQL_FILE),
        "The select that makes these columns of the rows, for a dialler that has columns and words "
        "of its own.",
        default=None,
        default_words="the columns as they are",
        example="results.sql",
    )
    format: str = key(
        forms.one_of("csv", "ndjson", "json", "parquet"),
        "The format of the files.",
        default="",
        default_words="by the ending of `path`",
        example="ndjson",
    )


SOURCE_KINDS: dict[str, type[SourceDetail]] = {
    "asterisk": AsteriskLogs,
    "table": TableFiles,
    "results": ResultFiles,
    "mluvii": MluviiSource,
}
DATABASE_KINDS = ("postgresql", "mariadb", "sqlite")
"""Kinds whose keys are loaded with the first source that has them."""


def kinds_for(values: Mapping[str, object]) -> Mapping[str, type[SourceDetail]]:
    """The kinds that a source with these values can have, with their keys."""
    kind = values.get("kind")
    if kind not in DATABASE_KINDS:
        return SOURCE_KINDS
    from reconcile.settings.database_tables import class_for  # noqa: PLC0415 - few settings need it

    return {**SOURCE_KINDS, str(kind): class_for(str(kind), values)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One place that facts come from: what all kinds share, and in `detail` the keys of its kind.

    `region` is the one in force: its own, or else the program's; empty where there is none.
    """

    name: str
    detail: SourceDetail
    kind: str = key(
        forms.one_of(*SOURCE_KINDS, *DATABASE_KINDS), "What is read.", example="asterisk"
    )
    region: str = key(
        region(),
        "Country of this source's numbers that have no country code.",
        default="",
        default_words="the program's `region`",
        example="DE",
    )
    numbers: str = key(
        forms.one_of("e164", "opaque"),
        '"opaque": callers are told by keys that are no phone numbers, taken as they are.',
        default="e164",
    )
    system: str | None = key(
        forms.text(),
        "The `systemname` that this phone system writes before its uniqueids.",
        default=None,
        default_words="none",
        example="pbx1",
    )
    schedule: str = key(
        schedule(),
        "When it is read: a cron expression.",
        default="",
        default_words="in every run",
        example="*/15 6-20 * * *",
    )
    max_feed_lag_minutes: int = key(
        forms.whole(1, _YEAR_MINUTES),
        "Without having been read for so long, or so long after its slot where it has a "
        "`schedule`, the source holds the dials that depend on it.",
        default=5,
        unit="minutes",
    )
    open_call_limit_minutes: int = key(
        forms.whole(1, _YEAR_MINUTES),
        "A call without an end holds dials to its number for so long.",
        default=120,
        unit="minutes",
    )

    @property
    def gives_calls(self) -> bool:
        """Whether calls can come from it."""
        detail = self.detail
        if isinstance(detail, MluviiSource):
            return "calls" in detail.gives
        return isinstance(detail, AsteriskLogs) or (
            isinstance(detail, TableSelects) and detail.calls is not None
        )

    @property
    def gives_contacts(self) -> bool:
        """Whether contacts come from it."""
        if isinstance(self.detail, MluviiSource):
            return "contacts" in self.detail.gives
        return isinstance(self.detail, TableSelects) and self.detail.contacts is not None

    @property
    def gives_do_not_call(self) -> bool:
        """Whether a do-not-call list comes from it."""
        return isinstance(self.detail, TableSelects) and self.detail.do_not_call is not None
