"""A stand-in for mluvii: its public REST API over real HTTP on loopback, with faults on demand.

Built from the published models (mluvii.ApiModels) and the pages on authentication. What nobody has
published is a guess and can be switched: what adding a contact twice does (`adding_again`), how
deleted identities are shown (`shows_removed`), the largest page (`page_rows_max`).
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT_ID, CLIENT_SECRET = "reconcile", "a secret of the tests"
NEWEST_FIRST = "newest first"


class Dropped(Exception):
    """Raised by `on_request`: the request is not carried out, and nobody waits for its answer."""


@dataclass
class Fault:
    """What goes wrong with requests whose `METHOD /path` matches, so many times.

    `kind`: a status as text, `slow`, `cut` (no answer), `broken` (half an answer), `html`, `login`,
    `bad json`. With `is_after` the request is carried out first.
    """

    pattern: str
    kind: str
    times: int = 1
    is_after: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 2.0


@dataclass
class MluviiServer:
    """What stands in this instance of mluvii, and what it was asked."""

    sessions: list[dict[str, Any]] = field(default_factory=list)
    contacts: dict[int, dict[int, dict[str, Any]]] = field(default_factory=lambda: {1: {}})
    campaigns: dict[int, dict[str, Any]] = field(default_factory=dict)
    identities: dict[int, dict[int, dict[str, Any]]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    bodies: list[tuple[str, Any]] = field(default_factory=list)
    on_request: Callable[[str], None] = lambda _: None
    on_done: Callable[[str], None] = lambda _: None
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(tzinfo=None))
    page_rows_max: int = 1_000
    adding_again: str = "again"
    shows_removed: bool = True
    url: str = ""
    tokens: set[str] = field(default_factory=set)
    tokens_given: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add_campaign(self, campaign: int = 7, **changes: Any) -> None:
        """An endless telephone campaign without rules."""
        self.identities.setdefault(campaign, {})
        self.campaigns[campaign] = {
            "id": campaign, "departmentId": 1, "name": "Missed calls", "channel": "Phone",
            "mode": "Automated", "goal": "empty", "state": "InProgress", "ruleId": None,
            "contactInfoField": "oo1_guest_phone", **changes,
        }  # fmt: skip

    def add_contact(self, contact: int, *phones: str, is_flat: bool = False, **more: Any) -> None:
        """A contact of department 1, in the shape of today or in the older flat one."""
        data = {"oo1_guest_phone": list(phones), "oo1_guest_ident": [f"Client {contact}"], **more}
        if is_flat:
            data["oo1_guest_ident"] = f"Client {contact}"
            self.contacts[1][contact] = {"id": contact, **data}
        else:
            self.contacts[1][contact] = {"id": contact, "data": data}

    def expire_tokens(self) -> None:
        """As after an hour."""
        self.tokens.clear()

    def states(self, campaign: int = 7) -> dict[int, str]:
        """Contact to state, of those that stand in a campaign and were not removed."""
        found = self.identities[campaign].items()
        return {contact: one["state"] for contact, one in found if one["state"] != "REMOVED"}

    def changes(self) -> list[str]:
        """What was added and deleted, in order: `POST [1001]`."""
        return [f"{method} {body['ids']}" for method, body in self.bodies if isinstance(body, dict)]

    # what is asked

    def answer(self, method: str, target: str, body: Any) -> tuple[int, Any]:
        """The status and the JSON of one request with a good token."""
        parts = urlsplit(target)
        query = parse_qs(parts.query)
        path = parts.path.removeprefix("/api/v1/")
        if path == "Sessions":
            return 200, self._page(self._sessions(query), query)
        if found := re.fullmatch(r"Contacts/departments/(\d+)", path):
            return self._contacts(int(found[1]), method, query, body)
        if found := re.fullmatch(r"Campaigns/(\d+)(/identities)?", path):
            return self._campaign(int(found[1]), bool(found[2]), method, query, body)
        return 404, {"message": "no such path"}

    def _sessions(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        def is_meant(session: dict[str, Any]) -> bool:
            return (
                all(
                    session.get(name) in query[key]
                    for key, name in (("Status", "status"), ("Channel", "channel"))
                    if key in query
                )
                and (
                    "DepartmentId" not in query
                    or str(session["departmentId"]) in query["DepartmentId"]
                )
                and _is_within(session.get("created"), query, "Created")
                and _is_within(session.get("ended"), query, "Ended")
            )

        return sorted(
            filter(is_meant, self.sessions),
            key=lambda one: (one["created"], one["id"]),
            reverse=True,
        )

    def _contacts(
        self, department: int, method: str, query: dict[str, list[str]], body: Any
    ) -> tuple[int, Any]:
        known = self.contacts.setdefault(department, {})
        if method == "GET":
            return 200, self._page(list(known.values()), query)
        if not isinstance(body, list):
            return 400, {"message": "expected a list"}
        made = []
        for fields in body:
            contact = max(known, default=9_000_000_000) + 1
            known[contact] = {
                "id": contact,
                "data": {name: [text] for name, text in fields.items()},
            }
            made.append(contact)
        self.bodies.append(("CREATE", {"ids": made}))
        return 200, made

    def _campaign(
        self, campaign: int, is_list: bool, method: str, query: dict[str, list[str]], body: Any
    ) -> tuple[int, Any]:
        if campaign not in self.campaigns:
            return 404, {"message": "no such campaign"}
        if not is_list:
            return 200, self.campaigns[campaign]
        known = self.identities[campaign]
        if method == "GET":
            return 200, self._page(list(known.values()), query)
        self.bodies.append((method, body))
        if method == "POST":
            if not body.get("contactInfoField"):
                return 400, {"message": "contactInfoField is required"}
            return self._add(known, body["ids"])
        for contact in body["ids"]:
            if self.shows_removed and contact in known:
                known[contact]["state"] = "REMOVED"
            else:
                known.pop(contact, None)
        return 204, None

    def _add(self, known: dict[int, dict[str, Any]], ids: list[int]) -> tuple[int, Any]:
        everybody = {contact for those in self.contacts.values() for contact in those}
        for contact in ids:
            if contact not in everybody:
                return 400, {"message": f"no contact {contact}"}
            if contact in known and known[contact]["state"] != "REMOVED":
                if self.adding_again == "refuse":
                    return 409, {"message": "stands in the campaign"}
                if self.adding_again == "nothing":
                    continue
            known[contact] = {
                "id": contact, "state": "INITIAL", "created": _stamp(self.now),
                "retryScheduledDate": None, "retryCount": 0,
            }  # fmt: skip
        return 204, None

    def _page(self, rows: list[Any], query: dict[str, list[str]]) -> list[Any]:
        offset = int(query.get("offset", ["0"])[0])
        limit = min(int(query.get("limit", ["100"])[0]), self.page_rows_max)
        return rows[offset : offset + limit]

    def fault_of(self, request: str) -> Fault | None:
        """The fault that this request meets, once less from now on."""
        for fault in self.faults:
            if fault.times and re.match(fault.pattern, request):
                fault.times -= 1
                return fault
        return None


def session(number: int, created: datetime, **changes: Any) -> dict[str, Any]:
    """An incoming telephone session that waits in the queue."""
    return {
        "id": number, "companyId": 3, "departmentId": 1, "channel": "Phone",
        "source": "IncomingCall", "status": "IN_QUEUE", "phoneCallbackNumber": "+420700610101",
        "created": _stamp(created), "guestJoined": None, "started": None, "ended": None,
        "waited": None, "length": None, "operators": [], "chatbots": [],
        "guest": {"identity": None, "callParams": {"dialled_number": "+420200000410"}},
        "guestLeftSession": "StillConnected", "outboundDialResult": None, "campaignId": None,
        "blacklisted": False, "tags": [], "activities": [], "recordings": None, **changes,
    }  # fmt: skip


def left_queue(number: int, created: datetime, ended: datetime, **changes: Any) -> dict[str, Any]:
    """A client who hung up waiting."""
    over = {"status": "CLOSED", "ended": _stamp(ended), "guestLeftSession": "LeftQueue"}
    return session(number, created, **{**over, **changes})


def talked(
    number: int, created: datetime, joined: datetime, ended: datetime | None, **changes: Any
) -> dict[str, Any]:
    """A session that an operator accepted."""
    operator = {"userId": 5, "userName": "eva", "joined": _stamp(joined), "left": None}
    over = {
        "status": "CLOSED" if ended else "ACTIVE",
        "started": _stamp(joined),
        "ended": _stamp(ended) if ended else None,
        "operators": [operator],
        "guestLeftSession": "LeftSession" if ended else "StillConnected",
    }
    return session(number, created, **{**over, **changes})


def _stamp(instant: datetime) -> str:
    """An instant of UTC as mluvii writes it: with the offset of its own zone."""
    return f"{instant.isoformat(timespec='milliseconds')}+00:00"


def _is_within(value: str | None, query: dict[str, list[str]], name: str) -> bool:
    low, high = (query.get(f"{name}.{end}") for end in ("Min", "Max"))
    if not low and not high:
        return True
    if value is None:
        return False
    instant = datetime.fromisoformat(value)
    return (not low or instant >= datetime.fromisoformat(low[0])) and (
        not high or instant <= datetime.fromisoformat(high[0])
    )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"
    mluvii: MluviiServer

    def log_message(self, *_: object) -> None:
        return

    def _handle(self) -> None:
        request = f"{self.command} {self.path}"
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        with self.mluvii.lock:
            self.mluvii.asked.append(request)
            try:
                self.mluvii.on_request(request)
            except Dropped:
                return
            fault = self.mluvii.fault_of(request)
            if fault and not fault.is_after and fault.kind != "slow":
                self._fail(fault)
                return
            status, content = self._answer(body)
            self.mluvii.on_done(request)
        if fault and fault.kind == "slow":
            time.sleep(fault.seconds)
        elif fault:
            self._fail(fault)
            return
        if status == 302:
            self._redirect()
        else:
            self._send(status, json.dumps(content).encode() if content is not None else b"")

    do_GET = do_POST = do_DELETE = _handle

    def _answer(self, body: bytes) -> tuple[int, Any]:
        if self.path == "/login/connect/token":
            form = {name: texts[0] for name, texts in parse_qs(body.decode()).items()}
            if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
                return 400, {"error": "invalid_client"}
            self.mluvii.tokens_given += 1
            token = f"token {self.mluvii.tokens_given}"
            self.mluvii.tokens.add(token)
            return 200, {"access_token": token, "expires_in": 3600, "token_type": "Bearer"}
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if token not in self.mluvii.tokens:
            return 302, None
        return self.mluvii.answer(self.command, self.path, json.loads(body) if body else None)

    def _fail(self, fault: Fault) -> None:
        if fault.kind == "cut":
            self.connection.close()
        elif fault.kind == "broken":
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'[{"id": 1')
        elif fault.kind == "html":
            self._send(200, b"<html>sign in</html>", "text/html; charset=utf-8")
        elif fault.kind == "login":
            self._redirect()
        elif fault.kind == "bad json":
            self._send(200, b"no json")
        else:
            self._send(int(fault.kind), b'{"message": "not now"}', headers=fault.headers)

    def _redirect(self) -> None:
        self._send(302, b"", "text/html", {"Location": "/login?ReturnUrl=%2F"})

    def _send(
        self,
        status: int,
        content: bytes,
        content_type: str = "application/json; charset=utf-8",
        headers: dict[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": content_type, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def running() -> Iterator[MluviiServer]:
    """A stand-in that listens on loopback until the end of the block."""
    mluvii = MluviiServer()
    handler = type("Handler", (_Handler,), {"mluvii": mluvii})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    mluvii.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield mluvii
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
