"""The keys of a webhook: what is accepted, what is refused and how that is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from settings_files import changed, faults, read

from reconcile.settings import as_json
from reconcile.settings.secrets import Secret
from reconcile.settings.webhook import Webhook


def with_webhook(lines: str, url: str = "https://dialler.example/commands") -> str:
    return changed(
        '[sinks.file]\npath = "commands.ndjson"\n',
        f'[sinks.file]\npath = "commands.ndjson"\n\n[sinks.webhook]\nurl = "{url}"\n{lines}\n',
    )


def webhook_of(folder: Path, lines: str) -> Webhook:
    detail = read(folder, with_webhook(lines)).sinks[1].detail
    assert isinstance(detail, Webhook)
    return detail


def test_an_address_is_enough(tmp_path: Path) -> None:
    webhook = webhook_of(tmp_path, "")
    assert (webhook.batch, webhook.receiver_knows_repeats, webhook.headers) == (1, False, ())
    assert (webhook.signing_secret, webhook.token, webhook.ca_file) == (None, None, None)


def test_headers_are_texts_or_secrets_by_their_place(tmp_path: Path) -> None:
    lines = 'headers = { X-Tenant = "acme", X-Api-Key = { env = "API_KEY" } }'
    assert webhook_of(tmp_path, lines).headers == (
        ("X-Tenant", "acme"),
        ("X-Api-Key", Secret(env="API_KEY")),
    )
    text = as_json(read(tmp_path, with_webhook(lines)))
    assert '"API_KEY"' in text


@pytest.mark.parametrize(
    "url",
    [
        "ftp://dialler.example/",
        "dialler.example/commands",
        "https://",
        "https://user:word@dialler.example/",
        "https://dialler.example:0/",
        "https://dialler.example:99999/",
        "https://[::1/",
        "https://dialler.example/a b",
        "https://dialler.example/#part",
        "https://dialler.example/ž",
    ],
)
def test_what_is_no_address_is_refused(tmp_path: Path, url: str) -> None:
    (fault,) = faults(tmp_path, with_webhook("", url))
    assert "`sinks.webhook.url`" in fault
    assert "expected an address such as" in fault


@pytest.mark.parametrize(
    "headers",
    [
        "{}",
        '"X: y"',
        '{ Host = "a" }',
        '{ content-length = "3" }',
        '{ Idempotency-Key = "k" }',
        '{ Reconcile-Signature = "v1=" }',
        '{ "X Y" = "a" }',
        '{ X-A = "a", x-a = "b" }',
        '{ X-A = "a\\r\\nX-B: c" }',
        '{ X-A = "" }',
        '{ X-A = "ž" }',
        "{ X-A = 1 }",
        "{ X-A = {} }",
        '{ X-A = { env = "A", file = "b" } }',
        '{ X-A = { name = "A" } }',
    ],
)
def test_headers_that_cannot_be_sent_are_refused(tmp_path: Path, headers: str) -> None:
    (fault,) = faults(tmp_path, with_webhook(f"headers = {headers}"))
    assert "`sinks.webhook.headers`" in fault


@pytest.mark.parametrize("name", ["Authorization", "X-Auth-Token", "X-Api-Key", "Cookie"])
def test_a_header_that_sounds_secret_is_refused_as_a_text_without_showing_it(
    tmp_path: Path, name: str
) -> None:
    (fault,) = faults(tmp_path, with_webhook(f'headers = {{ {name} = "s3cret" }}'))
    assert f"has a text for `{name}`, expected a table such as" in fault
    assert "s3cret" not in fault


def test_an_authorization_stands_in_one_place(tmp_path: Path) -> None:
    lines = 'token = { env = "A" }\nheaders = { authorization = { env = "B" } }'
    (fault,) = faults(tmp_path, with_webhook(lines))
    assert "expected it there or by `token`, not both" in fault


def test_times_in_which_no_request_fits_are_refused(tmp_path: Path) -> None:
    lines = "connect_seconds = 5\nanswer_seconds = 20\nseconds_per_run = 24"
    (fault,) = faults(tmp_path, with_webhook(lines))
    assert "is 24, expected at least the 25 seconds of" in fault
    assert webhook_of(tmp_path, lines.replace("24", "25")).seconds_per_run == 25


@pytest.mark.parametrize(
    ("url", "is_doubtful"),
    [
        ("http://dialler.example/", True),
        ("https://dialler.example/", False),
        ("http://localhost:8080/", False),
        ("http://127.0.0.1/", False),
        ("http://[::1]:80/", False),
    ],
)
def test_what_anybody_can_read_on_the_way_is_warned_of(
    tmp_path: Path, url: str, is_doubtful: bool
) -> None:
    warnings = read(tmp_path, with_webhook("", url)).warnings
    assert ["is not encrypted" in text for text in warnings] == [True] * is_doubtful
