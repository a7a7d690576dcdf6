"""Commands to an address over real HTTP, and every way in which that goes wrong."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import webhook_receiver as wr
from jsonschema import Draft202012Validator
from sink_commands import DIAL, REMOVE, dials, outgoing
from webhook_receiver import CERTIFICATES, Receiver, answers

from reconcile import clock
from reconcile.errors import SinkUnreachable
from reconcile.settings.secrets import Secret
from reconcile.sinks import NO_MARK, OutgoingCommand, open_sink

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconcile.sinks import Outcome, Sink

ROOT = Path(__file__).parent.parent.parent
SCHEMA = json.loads((ROOT / "reconcile/sinks/command.schema.json").read_text(encoding="utf-8"))
SECRET, TOKEN = "s1gning-s3cret", "b3arer-t0ken"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as one:
        yield one


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNING_SECRET", SECRET)
    monkeypatch.setenv("TOKEN", TOKEN)


def sink_to(url: str, **options: Any) -> Sink:
    """A sink that waits for a second at most."""
    defaults = {
        "url": url,
        "folder": CERTIFICATES,
        "batch": 1,
        "receiver_knows_repeats": False,
        "signing_secret": None,
        "token": None,
        "headers": (),
        "ca_file": None,
        "connect_seconds": 1,
        "answer_seconds": 1,
        "seconds_per_run": 30,
    }
    return open_sink("webhook", {**defaults, **options})


def states(outcomes: list[Outcome]) -> list[str]:
    return [outcome.state for outcome in outcomes]


def sent_to(receiver: Receiver, commands: list[OutgoingCommand], **options: Any) -> list[Outcome]:
    """The outcomes of one delivery."""
    outcomes, _ = sink_to(receiver.url, **options).deliver(commands, NO_MARK)
    assert [outcome.key for outcome in outcomes] == [command.key for command in commands]
    return outcomes


# What is sent.


def test_each_command_is_one_request_in_the_order_given(receiver: Receiver) -> None:
    commands = [outgoing(REMOVE), *dials(2)]
    assert states(sent_to(receiver, commands)) == ["delivered"] * 3
    assert [request.body for request in receiver.requests] == [
        command.payload_json.encode() for command in commands
    ]
    assert {request.line for request in receiver.requests} == {"POST /commands?of=acme HTTP/1.1"}


@pytest.mark.parametrize("payload", [DIAL, REMOVE], ids=["dial", "remove"])
def test_the_body_fits_the_schema_of_a_command(receiver: Receiver, payload: dict) -> None:
    sent_to(receiver, [outgoing(payload)])
    Draft202012Validator(SCHEMA).validate(json.loads(receiver.requests[0].body))


def test_the_headers_say_what_comes_and_from_whom(receiver: Receiver) -> None:
    sent_to(receiver, [outgoing(DIAL)])
    headers = receiver.requests[0].headers
    assert headers["content-type"] == "application/json"
    assert re.fullmatch(r"reconcile/\d+\.\d+\.\d+", headers["user-agent"])
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    assert headers["idempotency-key"] == DIAL["key"]
    assert "reconcile-signature" not in headers
    assert "authorization" not in headers


@pytest.mark.parametrize("key", ["dial|Zmeškané|1|pbx/1.1|1", "dial|a\r\nX: y|1", "d" * 256, " d"])
def test_a_key_that_no_header_carries_goes_as_its_digest(receiver: Receiver, key: str) -> None:
    assert states(sent_to(receiver, [outgoing(DIAL, key=key)])) == ["delivered"]
    digest = hashlib.sha256(key.encode()).hexdigest()
    assert receiver.requests[0].headers["idempotency-key"] == digest
    assert receiver.requests[0].keys == [key]


def test_a_batch_is_one_request_with_all_its_commands(receiver: Receiver) -> None:
    commands = dials(5)
    assert states(sent_to(receiver, commands, batch=2)) == ["delivered"] * 5
    assert [request.keys for request in receiver.requests] == [
        ["dial|1", "dial|2"],
        ["dial|3", "dial|4"],
        ["dial|5"],
    ]
    keys = [request.headers["idempotency-key"] for request in receiver.requests]
    assert keys[0] == hashlib.sha256(b"dial|1\ndial|2").hexdigest()
    assert len(set(keys)) == 3
    assert list(json.loads(receiver.requests[2].body)) == ["commands"]


def test_further_headers_and_a_token_come_from_their_places(receiver: Receiver) -> None:
    headers = (("X-Tenant", "acme"), ("X-Api-Key", Secret(env="SIGNING_SECRET")))
    sent_to(receiver, [outgoing(DIAL)], token=Secret(env="TOKEN"), headers=headers)
    found = receiver.requests[0].headers
    assert found["authorization"] == f"Bearer {TOKEN}"
    assert (found["x-tenant"], found["x-api-key"]) == ("acme", SECRET)


def test_openssl_makes_the_same_signature(receiver: Receiver) -> None:
    before = int(time.time())
    sent_to(receiver, dials(2), signing_secret=Secret(env="SIGNING_SECRET"))
    for request in receiver.requests:
        epoch = request.headers["reconcile-timestamp"]
        assert before <= int(epoch) <= int(time.time())
        made = subprocess.run(
            ["openssl", "dgst", "-sha256", "-hmac", SECRET],
            input=f"{epoch}.".encode() + request.body,
            capture_output=True,
            check=True,
        ).stdout.decode()
        assert request.headers["reconcile-signature"] == f"v1={made.split()[-1]}"


def readme_example() -> dict[str, Any]:
    """The names that the example of a receiver in the README makes."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    after = readme.partition("<!-- webhook receiver -->\n```python\n")[2]
    names: dict[str, Any] = {}
    exec(after.partition("```")[0], names)  # noqa: S102
    return names


def test_the_receiver_of_the_readme_accepts_what_was_signed_and_nothing_else(
    receiver: Receiver,
) -> None:
    is_genuine = readme_example()["is_genuine"]
    sent_to(receiver, dials(1), signing_secret=Secret(env="SIGNING_SECRET"))
    request = receiver.requests[0]
    now = int(request.headers["reconcile-timestamp"])
    titled = {name.title(): value for name, value in request.headers.items()}
    assert is_genuine(titled, request.body, SECRET.encode(), now=now + 299)
    assert not is_genuine(titled, request.body, SECRET.encode(), now=now + 301)
    assert not is_genuine(titled, request.body + b" ", SECRET.encode(), now=now)
    assert not is_genuine(titled, request.body, b"another", now=now)
    later = {**titled, "Reconcile-Timestamp": str(now + 1)}
    assert not is_genuine(later, request.body, SECRET.encode(), now=now)


def test_a_secret_that_is_not_there_sends_nothing(receiver: Receiver) -> None:
    outcomes = sent_to(receiver, dials(2), signing_secret=Secret(env="NOT_SET_ANYWHERE"))
    assert states(outcomes) == ["refused_now"] * 2
    assert "`signing_secret` is to stand in the environment variable" in outcomes[0].detail
    assert receiver.requests == []


@pytest.mark.parametrize("token", ["two\nlines", "ž", "tab\t"])
def test_a_token_that_no_header_carries_is_told_of_without_its_text(
    receiver: Receiver, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", token)
    outcomes = sent_to(receiver, dials(1), token=Secret(env="TOKEN"))
    assert states(outcomes) == ["refused_now"]
    assert outcomes[0].detail == "`token` has signs that no header can carry, expected ASCII"
    assert receiver.requests == []


def test_a_payload_that_is_no_object_is_refused_for_good_and_stops_no_other(
    receiver: Receiver,
) -> None:
    broken = OutgoingCommand("dial|0", "dial", "1", "[1]")
    for batch in (1, 10):
        outcomes = sent_to(receiver, [broken, *dials(2)], batch=batch)
        assert states(outcomes) == ["refused_for_good", "delivered", "delivered"]


# What is answered.


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *((status, "delivered") for status in (200, 201, 202, 204, 207, 409)),
        *((status, "refused_now") for status in (408, 425, 429, 500, 501, 503, 507)),
        *((status, "refused_now") for status in (301, 302, 304, 307, 308)),
        *((status, "refused_now") for status in (401, 403, 404, 405, 407, 410, 415, 421)),
        *((status, "refused_for_good") for status in (400, 402, 406, 413, 422, 451, 499)),
        *((status, "unsure") for status in (502, 504, 520, 524, 199, 600, 999)),
    ],
)
def test_a_status_says_what_became_of_a_command(
    receiver: Receiver, status: int, expected: str
) -> None:
    receiver.play(answers(status))
    assert states(sent_to(receiver, dials(1))) == [expected]


@pytest.mark.parametrize(
    ("status", "count"),
    [(429, 1), (503, 1), (401, 1), (404, 1), (302, 1), (500, 3), (422, 3), (408, 3)],
)
def test_an_answer_that_concerns_all_ends_the_sending_of_a_run(
    receiver: Receiver, status: int, count: int
) -> None:
    receiver.play(answers(status))
    sink = sink_to(receiver.url)
    sink.deliver(dials(2), NO_MARK)
    sink.deliver(dials(1, first=3), NO_MARK)
    assert len(receiver.requests) == count


def test_a_command_that_is_refused_for_good_stops_no_other(receiver: Receiver) -> None:
    receiver.play(answers(422), wr.takes)
    assert states(sent_to(receiver, dials(3))) == ["refused_for_good", "delivered", "delivered"]


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.play(answers(307, f"Location: http://127.0.0.1:{receiver.port}/elsewhere"), wr.takes)
    outcomes = sent_to(receiver, dials(2))
    assert states(outcomes) == ["refused_now"] * 2
    assert "it answered 307, a redirect, which is not followed" in outcomes[0].detail
    assert len(receiver.requests) == 1


def test_what_it_says_is_told_in_one_short_line_without_secrets(receiver: Receiver) -> None:
    text = f'{{"error":\n "no campaign for {TOKEN}",\x1b[2J {"x" * 200}}}'.encode()
    receiver.play(answers(422, "Content-Type: application/json; charset=utf-8", body=text))
    detail = sent_to(receiver, dials(1), token=Secret(env="TOKEN"))[0].detail
    assert detail.startswith(f"http://127.0.0.1:{receiver.port}: it answered 422: ")
    assert '{ "error": "no campaign for …",[2J xxx' in detail.replace('{"', '{ "')
    assert len(detail) < 200


def test_a_page_for_people_is_not_told(receiver: Receiver) -> None:
    receiver.play(answers(422, "Content-Type: text/html", body=b"<h1>Sorry</h1>"))
    assert sent_to(receiver, dials(1))[0].detail.endswith("it answered 422")


@pytest.mark.parametrize("status", [400, 409, 413, 422])
def test_a_batch_that_is_refused_for_what_it_says_is_sent_one_by_one(
    receiver: Receiver, status: int
) -> None:
    receiver.play(answers(status), wr.takes, answers(422), wr.takes)
    outcomes = sent_to(receiver, dials(3), batch=3)
    assert states(outcomes) == ["delivered", "refused_for_good", "delivered"]
    assert [request.keys for request in receiver.requests] == [
        ["dial|1", "dial|2", "dial|3"],
        ["dial|1"],
        ["dial|2"],
        ["dial|3"],
    ]
    assert {tuple(json.loads(request.body)) for request in receiver.requests} == {("commands",)}


def test_a_batch_is_lost_or_refused_as_a_whole(receiver: Receiver) -> None:
    receiver.play(answers(500), wr.takes_and_cuts, wr.takes)
    outcomes = sent_to(receiver, dials(6), batch=2)
    assert states(outcomes) == ["refused_now"] * 2 + ["unsure"] * 2 + ["refused_now"] * 2
    assert len(receiver.requests) == 2


# When it asks for a rest.


def rested(receiver: Receiver, mark: str) -> bool:
    """Whether a next run, with this mark, sends nothing."""
    before = len(receiver.requests)
    outcomes, _ = sink_to(receiver.url).deliver(dials(1, first=9), mark)
    is_left_alone = len(receiver.requests) == before
    assert states(outcomes) == ["refused_now" if is_left_alone else "delivered"]
    return is_left_alone


@pytest.mark.parametrize("status", [429, 503])
def test_a_rest_that_is_asked_for_in_seconds_holds_in_the_next_run(
    receiver: Receiver, status: int
) -> None:
    receiver.play(answers(status, "Retry-After: 300"), wr.takes)
    outcomes, mark = sink_to(receiver.url).deliver(dials(2), NO_MARK)
    assert states(outcomes) == ["refused_now"] * 2
    assert rested(receiver, mark)


def test_a_rest_that_is_asked_for_by_a_date_holds_in_the_next_run(receiver: Receiver) -> None:
    later = clock.utc_now() + timedelta(minutes=5)
    header = later.strftime("%a, %d %b %Y %H:%M:%S GMT")
    receiver.play(answers(429, f"Retry-After: {header}"), wr.takes)
    _, mark = sink_to(receiver.url).deliver(dials(1), NO_MARK)
    assert json.loads(mark) == {"rests_until": clock.as_text(later)}
    assert rested(receiver, mark)


@pytest.mark.parametrize(
    "value", ["0", "-1", "soon", "", "Thu, 01 Jan 1970 00:00:00 GMT", "٣", "1.5", "99" * 9]
)
def test_a_rest_that_is_over_or_makes_no_sense_ends_with_the_run(
    receiver: Receiver, value: str
) -> None:
    receiver.play(answers(429, f"Retry-After: {value}"), wr.takes)
    outcomes, mark = sink_to(receiver.url).deliver(dials(2), NO_MARK)
    assert states(outcomes) == ["refused_now"] * 2
    assert rested(receiver, mark) == (value == "99" * 9)


def test_a_rest_is_an_hour_at_most(receiver: Receiver) -> None:
    receiver.play(answers(429, "Retry-After: 86400"))
    _, mark = sink_to(receiver.url).deliver(dials(1), NO_MARK)
    until = clock.parse_instant(json.loads(mark)["rests_until"])
    assert until <= clock.utc_now() + timedelta(hours=1)


def test_a_rest_that_a_wrong_clock_wrote_holds_nothing_up(receiver: Receiver) -> None:
    far = clock.as_text(clock.utc_now() + timedelta(hours=3))
    past = clock.as_text(clock.utc_now() - timedelta(seconds=1))
    for instant in (far, past):
        mark = json.dumps({"rests_until": instant})
        assert not rested(receiver, mark)


# Faults of the line.


@pytest.mark.parametrize(
    "behave",
    [
        wr.cuts_in_the_headers,
        wr.cuts_in_the_body,
        wr.takes_and_cuts,
        wr.is_silent,
        wr.drips,
        wr.babbles,
    ],
)
def test_a_command_whose_answer_is_lost_is_unsure_and_the_last_that_is_risked(
    receiver: Receiver, behave: wr.Behaviour
) -> None:
    receiver.play(behave)
    began = time.monotonic()
    outcomes = sent_to(receiver, dials(3))
    assert states(outcomes) == ["unsure", "refused_now", "refused_now"]
    assert time.monotonic() - began < 2.5


def test_a_line_that_is_cut_at_once_takes_nothing_for_certain_or_puts_one_in_doubt(
    receiver: Receiver,
) -> None:
    """Whether the request was out when the cut was seen is a race; either is told as it was."""
    receiver.play(wr.cuts_at_once)
    assert set(states(sent_to(receiver, dials(5)))) <= {"refused_now", "unsure"}
    assert states(sent_to(receiver, dials(5))).count("unsure") <= 1


@pytest.mark.parametrize("behave", [wr.takes_and_cuts, wr.is_silent, wr.babbles])
def test_a_receiver_that_knows_repeats_gets_a_command_again_whose_answer_was_lost(
    receiver: Receiver, behave: wr.Behaviour
) -> None:
    receiver.play(behave, wr.takes_and_says_409_to_repeats)
    sink = sink_to(receiver.url, receiver_knows_repeats=True)
    outcomes, mark = sink.deliver(dials(2), NO_MARK)
    assert states(outcomes) == ["refused_now", "delivered"]
    again, _ = sink_to(receiver.url, receiver_knows_repeats=True).deliver(dials(1), mark)
    assert states(again) == ["delivered"]
    assert sorted(receiver.taken) == ["dial|1", "dial|2"]
    keys = [request.headers["idempotency-key"] for request in receiver.requests]
    assert keys == ["dial|1", "dial|2", "dial|1"]


def test_an_answer_that_breaks_off_behind_its_status_counts(receiver: Receiver) -> None:
    receiver.play(wr.takes_and_breaks_off_its_answer)
    assert states(sent_to(receiver, dials(1))) == ["delivered"]


def test_a_request_that_broke_off_while_it_was_sent_was_not_taken(receiver: Receiver) -> None:
    """Its last byte has not left: more stands in it than any buffer on the way holds."""
    receiver.play(wr.cuts_in_the_headers, wr.takes)
    long = outgoing(DIAL, key="dial|long", contact_name="x" * 30_000_000)
    outcomes = sent_to(receiver, [long, *dials(1)], answer_seconds=5)
    assert states(outcomes) == ["refused_now", "delivered"]
    assert "cut while the request was sent" in outcomes[0].detail


def test_a_long_answer_costs_neither_time_nor_memory(receiver: Receiver) -> None:
    receiver.play(answers(200, body=b"x" * 50_000_000))
    assert states(sent_to(receiver, dials(1))) == ["delivered"]


def test_nobody_there_refuses_all_at_once() -> None:
    with Receiver() as gone:
        pass
    outcomes = sent_to(gone, dials(3))
    assert states(outcomes) == ["refused_now"] * 3
    place = f"http://127.0.0.1:{gone.port}"
    assert {o.detail for o in outcomes} == {f"{place} cannot be reached: Connection refused"}


def test_a_connection_that_is_not_made_in_time_refuses_all_at_once() -> None:
    server, waiting = wr.full_server()
    port = server.getsockname()[1]
    began = time.monotonic()
    outcomes, _ = sink_to(f"http://127.0.0.1:{port}/").deliver(dials(3), NO_MARK)
    for stream in (server, *waiting):
        stream.close()
    assert states(outcomes) == ["refused_now"] * 3
    assert "cannot be reached: time-out" in outcomes[0].detail
    assert time.monotonic() - began < 2


def test_a_name_that_leads_nowhere_refuses_all_at_once() -> None:
    outcomes, _ = sink_to("http://nobody.invalid/").deliver(dials(2), NO_MARK)
    assert states(outcomes) == ["refused_now"] * 2
    assert "http://nobody.invalid:80 cannot be reached: " in outcomes[0].detail


def test_a_run_sends_no_longer_than_it_may(receiver: Receiver) -> None:
    """Each answer takes a second; of four seconds two are kept for the last request."""
    receiver.play(wr.is_silent)
    sink = sink_to(receiver.url, receiver_knows_repeats=True, seconds_per_run=4)
    began = time.monotonic()
    outcomes, _ = sink.deliver(dials(9), NO_MARK)
    assert time.monotonic() - began < 4
    assert states(outcomes) == ["refused_now"] * 9
    assert 2 <= len(receiver.requests) <= 3
    assert outcomes[-1].detail == "the 4 seconds of `seconds_per_run` are over"


# Encryption.


@pytest.fixture
def encrypted() -> Iterator[Receiver]:
    with Receiver(is_encrypted=True) as one:
        yield one


def test_a_certificate_of_the_own_ca_is_trusted(encrypted: Receiver) -> None:
    assert states(sent_to(encrypted, dials(2), ca_file="own-ca.pem")) == ["delivered"] * 2
    assert "takes connections" in sink_to(encrypted.url, ca_file="own-ca.pem").check()


@pytest.mark.parametrize("ca_file", ["other-ca.pem", None])
def test_a_certificate_of_another_ca_is_not(encrypted: Receiver, ca_file: str | None) -> None:
    outcomes = sent_to(encrypted, dials(2), ca_file=ca_file)
    assert states(outcomes) == ["refused_now"] * 2
    assert "is not to be trusted: its certificate is refused: " in outcomes[0].detail
    assert encrypted.requests == []


def test_a_certificate_of_another_name_is_not_trusted(encrypted: Receiver) -> None:
    url = encrypted.url.replace("localhost", "127.0.0.1")
    outcomes, _ = sink_to(url, ca_file="own-ca.pem").deliver(dials(1), NO_MARK)
    assert states(outcomes) == ["refused_now"]
    assert "is not valid for" in outcomes[0].detail
    assert encrypted.requests == []


def test_a_server_that_does_not_encrypt_is_not_trusted(receiver: Receiver) -> None:
    receiver.play(wr.babbles)
    url = receiver.url.replace("http://127.0.0.1", "https://localhost")
    began = time.monotonic()
    outcomes, _ = sink_to(url, ca_file="own-ca.pem").deliver(dials(1), NO_MARK)
    assert states(outcomes) == ["refused_now"]
    assert "is not to be trusted: " in outcomes[0].detail
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("ca_file", ["missing.pem", "../conftest.py"])
def test_a_file_without_certificates_refuses_all(encrypted: Receiver, ca_file: str) -> None:
    outcomes = sent_to(encrypted, dials(1), ca_file=ca_file)
    assert states(outcomes) == ["refused_now"]
    assert "holds no certificates to trust" in outcomes[0].detail


# What it says of itself.


def test_check_says_what_is_usable_and_sends_nothing(receiver: Receiver) -> None:
    sink = sink_to(receiver.url, batch=20, signing_secret=Secret(env="SIGNING_SECRET"))
    assert sink.check() == (
        f"http://127.0.0.1:{receiver.port} takes connections; commands are POSTed up to 20 "
        "together, signed"
    )
    assert receiver.requests == []


def test_check_says_what_is_not_usable() -> None:
    with Receiver() as gone:
        pass
    with pytest.raises(SinkUnreachable, match="cannot be reached: Connection refused"):
        sink_to(gone.url).check()
    with pytest.raises(SinkUnreachable, match="`NOT_SET_ANYWHERE`"):
        sink_to(gone.url, token=Secret(env="NOT_SET_ANYWHERE")).check()


def test_the_promise_depends_on_what_the_receiver_knows() -> None:
    once, repeated = (
        sink_to("http://127.0.0.1/", receiver_knows_repeats=knows) for knows in (False, True)
    )
    assert (once.can_tell_repeats, repeated.can_tell_repeats) == (False, True)
    assert "at most once" in once.promise
    assert "at least once" in repeated.promise
    assert repeated.recover({"dial|1"}, NO_MARK) == set()
    assert once.waits_for_network


def test_a_run_that_sends_nothing_loads_nothing_that_sends() -> None:
    code = (
        "import sys; from pathlib import Path; from reconcile import settings, run_start\n"
        "loaded = settings.load(Path(sys.argv[1]))\n"
        "run_start.open_sinks(loaded)\n"
        "print({'http.client', 'ssl', 'hmac', 'email.utils'} & set(sys.modules))"
    )
    file = Path(__file__).parent / "webhook.toml"
    done = subprocess.run(
        [sys.executable, "-c", code, file],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "set()\n"
