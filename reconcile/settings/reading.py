"""Read `reconcile.toml`: TOML to the dataclasses, every key checked, every fault told at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reconcile.errors import SettingInvalid
from reconcile.settings import contradictions, endings, toml_text
from reconcile.settings.alerts import Alert
from reconcile.settings.campaigns import Campaign
from reconcile.settings.findings import Findings, worded
from reconcile.settings.forms import Unfit
from reconcile.settings.keys import Key, keys_of
from reconcile.settings.program import Settings
from reconcile.settings.schedules import ScheduledReport
from reconcile.settings.sinks import SINK_KINDS, Sink, sink_kinds
from reconcile.settings.sources import DATABASE_KINDS, Source, kinds_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from reconcile.settings.changes import Changes
    from reconcile.settings.places import KeyPath

_SECTIONS = ("sources", "campaigns", "sinks", "reports", "alerts")


def load(path: Path, changes: Changes | None = None) -> Settings:
    """Read and check a settings file, with other values for the keys of `changes`.

    Raises SettingInvalid, which tells everything that is wrong, when the file cannot be read, is
    no TOML, or has a key that is unknown, missing, of the wrong form or against another.
    What is only doubtful stands in `warnings`.
    """
    text = toml_text.text_of(path)
    values = toml_text.values_of(text, path)
    changed = () if changes is None else changes.put_into(values)
    findings = Findings()
    settings = read(values, path, findings)
    if not findings.errors and not findings.warnings:
        return settings
    from reconcile.settings.places import key_lines  # noqa: PLC0415 - good settings need no lines

    lines = key_lines(text, values)
    if findings.errors:
        first, *others = worded(findings.errors, path.name, lines, changed)
        raise SettingInvalid(first, *others, follows=toml_text.FOLLOWS, hint=toml_text.HINT)
    return replace(settings, warnings=worded(findings.warnings, path.name, lines, changed))


def read(values: dict[str, object], path: Path, findings: Findings) -> Settings:
    """Make the settings of what a file has; not to be used where findings has errors."""
    keys = keys_of(Settings)
    found = _read_keys(keys, values, (), findings)
    _find_unknown(values, {*(key.name for key in keys), *_SECTIONS}, (), findings)
    sources = [
        source
        for name, part in _named(values, "sources", findings)
        if (source := _source(name, part, found["region"], findings)) is not None
    ]
    campaigns = [
        replace(one, time_zone=one.time_zone or found["time_zone"])
        for one in _each(Campaign, "campaigns", values, findings)
    ]
    sinks = [
        sink
        for name, part in _named(values, "sinks", findings)
        if (sink := _sink(name, part, findings)) is not None
    ]
    settings = Settings(
        file=path.absolute(),
        sources=tuple(sources),
        campaigns=tuple(campaigns),
        sinks=tuple(sinks),
        reports=_each(ScheduledReport, "reports", values, findings),
        alerts=_each(Alert, "alerts", values, findings),
        **found,
    )
    contradictions.find(settings, values, findings)
    return settings


def _named(
    values: Mapping[str, object], section: str, findings: Findings
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Give the tables `[section.NAME]`, in the order of the file."""
    tables = values.get(section, {})
    expected = f"tables `[{section}.NAME]`"
    if not isinstance(tables, Mapping):
        findings.unfit((section,), tables, tables, expected)
        return
    for name, part in tables.items():
        if not isinstance(part, Mapping):
            findings.unfit((section, name), part, part, expected)
        elif not name.strip() or not name.isprintable():
            findings.error((section, name), "has an empty or unprintable name")
        else:
            yield name, part


def _source(
    name: str, values: Mapping[str, object], region: str, findings: Findings
) -> Source | None:
    path = ("sources", name)
    own, detail = _of_kind(Source, kinds_for(values), values, path, findings)
    if detail is None:
        return None
    own["region"] = own["region"] or region
    return Source(name=name, detail=detail, **own)


def _sink(name: str, values: Mapping[str, object], findings: Findings) -> Sink | None:
    if "kind" not in values and name in {*SINK_KINDS, *DATABASE_KINDS}:
        values = {**values, "kind": name}
    own, detail = _of_kind(Sink, sink_kinds(values), values, ("sinks", name), findings)
    if detail is None:
        return None
    own["backoff_minutes"] = own["backoff_minutes"] or detail.patience.backoff_minutes
    if own["tries_max"] is None:
        own["tries_max"] = detail.patience.tries_max
    return Sink(name=name, detail=detail, **own)


def _each(
    table: type, section: str, values: Mapping[str, object], findings: Findings
) -> tuple[Any, ...]:
    """Make an object of each table `[section.NAME]`, all of one kind."""
    made = []
    for name, part in _named(values, section, findings):
        path = (section, name)
        found = _read_keys(keys_of(table), part, path, findings)
        _find_unknown(part, _names(table), path, findings)
        made.append(table(name=name, **found))
    return tuple(made)


def _of_kind(
    shared: type,
    kinds: Mapping[str, type],
    values: Mapping[str, object],
    path: KeyPath,
    findings: Findings,
) -> tuple[dict[str, Any], Any]:
    """Read the keys that all kinds share, and those of its kind (None if the kind is not known)."""
    own = _read_keys(keys_of(shared), values, path, findings)
    kind = own["kind"]
    if kind not in kinds:
        if kind == "":  # a default that only some names have
            findings.error(path, f"lacks `kind`, expected one of `{'`, `'.join(kinds)}`")
        return own, None
    found = _read_keys(keys_of(kinds[kind]), values, path, findings)
    endings.fill_format(kinds[kind], found, path, findings)
    known = {*_names(shared), *_names(kinds[kind])}
    elsewhere = {
        name: [other for other, table in kinds.items() if name in _names(table)] for name in values
    }
    _find_unknown(values, known, path, findings, elsewhere)
    return own, kinds[kind](**found)


def _read_keys(
    keys: Sequence[Key], values: Mapping[str, object], path: KeyPath, findings: Findings
) -> dict[str, Any]:
    """Read each key's value, given or default.

    A key with a fault has its default, or None: the other keys are still to be compared, and no
    settings with a fault leave this module.
    """
    found: dict[str, Any] = {}
    for key in keys:
        found[key.name] = None if key.is_required else key.default
        if key.name in values:
            _read_value(key, values[key.name], (*path, key.name), found, findings)
        elif key.is_required:
            findings.error(path, f"lacks `{key.name}`, expected {key.form.expected}")
    return found


def _read_value(
    key: Key, value: object, path: KeyPath, found: dict[str, Any], findings: Findings
) -> None:
    table = key.form.table
    if table is not None and key.form.is_list and isinstance(value, list):
        found[key.name] = _read_tables(key, table, value, path, findings)
        return
    if table is not None and key.form.names and isinstance(value, Mapping):
        found[key.name] = _read_named_tables(key, table, value, path, findings)
        return
    if table is not None and not key.form.is_list and isinstance(value, Mapping):
        found[key.name] = table(**_read_keys(keys_of(table), value, path, findings))
        _find_unknown(value, _names(table), path, findings)
        return
    try:
        found[key.name] = key.form.read(value)
    except Unfit as unfit:
        findings.unfit(path, value, unfit.value, unfit.expected)


def _read_tables(
    key: Key, table: type, values: list[object], path: KeyPath, findings: Findings
) -> Any:  # noqa: ANN401 - a tuple of the class of the tables
    """Read a list of tables, each once; the default if one of them has a fault."""
    made: list[object] = []
    for value in values:
        if not isinstance(value, Mapping):
            findings.unfit(path, values, value, key.form.expected)
            continue
        one = table(**_read_keys(keys_of(table), value, path, findings))
        _find_unknown(value, _names(table), path, findings)
        if one in made:
            findings.unfit(path, values, value, f"{key.form.expected}, each once")
        made.append(one)
    return key.default if findings.are_against(path) else tuple(made)


def _read_named_tables(
    key: Key, table: type, values: Mapping[str, object], path: KeyPath, findings: Findings
) -> Any:  # noqa: ANN401 - a tuple of the class of the tables
    """Read the tables under some names; the default if one of them has a fault."""
    made: list[object] = []
    _find_unknown(values, set(key.form.names), path, findings)
    for name in (name for name in key.form.names if name in values):
        value = values[name]
        if not isinstance(value, Mapping):
            findings.unfit((*path, name), value, value, key.form.expected)
            continue
        made.append(table(name=name, **_read_keys(keys_of(table), value, (*path, name), findings)))
        _find_unknown(value, _names(table), (*path, name), findings)
    return key.default if findings.are_against(path) else tuple(made)


def _find_unknown(
    values: Mapping[str, object],
    known: set[str],
    path: KeyPath,
    findings: Findings,
    elsewhere: Mapping[str, list[str]] | None = None,
) -> None:
    for name in values:
        if name not in known:
            findings.unknown((*path, name), known, (elsewhere or {}).get(name, ()))


def _names(table: type) -> set[str]:
    return {key.name for key in keys_of(table)}
