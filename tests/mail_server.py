"""A mail server on loopback: aiosmtpd over real sockets and TLS, with the faults that one can have.

`MailReceiver` is a context; what it took stands in `taken`. `answer` is what it says to a mail,
`refused` to recipients; `dies` closes the line at that word of the protocol.
"""

from __future__ import annotations

import email
import ssl
from email import policy
from typing import TYPE_CHECKING, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from webhook_receiver import CERTIFICATES

if TYPE_CHECKING:
    from email.message import EmailMessage

    from aiosmtpd.smtp import Envelope, Session

PASSWORD = "right-password"  # noqa: S105 - of the tests


class _Controller(Controller):
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # it was 0: any that is free
        super()._trigger_server()


class MailReceiver:
    """Start and stop it by `with`."""

    def __init__(self, *, tls: str = "off", has_login: bool = False) -> None:
        self.taken: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.answer = "250 OK"
        self.refused: dict[str, str] = {}
        self.dies_at = ""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATES / "localhost.pem")
        options: dict[str, object] = {}
        if tls == "starttls":
            options |= {"tls_context": context, "require_starttls": True}
        if has_login:
            options |= {
                "authenticator": self._login,
                "auth_required": True,
                "auth_require_tls": tls == "starttls",
            }
        self._controller = _Controller(
            self,
            hostname="127.0.0.1",
            port=0,
            ssl_context=context if tls == "tls" else None,
            **options,
        )

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop(no_assert=True)

    @property
    def port(self) -> int:
        return int(self._controller.port)

    def _login(
        self, _server: SMTP, _session: Session, _envelope: Envelope, *rest: object
    ) -> object:
        login = rest[-1]
        return AuthResult(success=login.password == PASSWORD.encode(), handled=False)

    async def handle_RCPT(
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.dies_at == "RCPT":
            server.transport.abort()
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.taken.append(email.message_from_bytes(content, policy=policy.default))
            self.recipients.append(list(envelope.rcpt_tos))
        if self.dies_at == "DATA":
            server.transport.abort()
        return self.answer
