"""Hand one mail to a server, within a time that holds, and say in words why it was not taken."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

from reconcile import clock
from reconcile.errors import SettingInvalid, SinkUnreachable
from reconcile.http_exchange import NotConnected, connected, reason
from reconcile.http_peer import Peer
from reconcile.settings.secrets import read_secret

if TYPE_CHECKING:
    import socket
    from email.message import EmailMessage
    from pathlib import Path

    from reconcile.settings.mail import Mail

_TEXT_SIGNS = 160


class MailServer:
    """The server of `[mail]` for the length of one run; what it does not answer is asked once."""

    def __init__(self, mail: Mail, folder: Path) -> None:
        """Take the settings; `folder` is that of the settings file."""
        self._mail, self._folder = mail, folder
        self._until = 0.0
        self._ended = ""

    @property
    def sender(self) -> str:
        """The address that mails come from."""
        return self._mail.sender

    @property
    def place(self) -> str:
        """Name it for people."""
        return f"{self._mail.server}:{self._mail.port_in_force}"

    def send(self, message: EmailMessage, recipients: tuple[str, ...]) -> dict[str, str]:
        """Hand over a mail; give those recipients whom the server refused, with its words.

        Raises SinkUnreachable where it was not taken, or where nobody knows whether it was: sent
        again it has the same Message-ID.
        """
        import smtplib  # noqa: PLC0415 - only who mails pays

        if self._ended:
            raise self._refused(self._ended)
        if not self._until:
            self._until = clock.running_seconds() + self._mail.answer_seconds
        try:
            with closing(self._opened()) as smtp:
                self._time(smtp)
                refused = smtp.send_message(message, from_addr=self.sender, to_addrs=recipients)
                with suppress(OSError, smtplib.SMTPException):  # it is taken, whatever follows
                    smtp.quit()
        except SettingInvalid as problem:
            self._ended = problem.what
        except NotConnected as error:
            self._ended = self._told(error)
        except smtplib.SMTPRecipientsRefused as error:
            told = "; ".join(f"{who}: {_answer(*what)}" for who, what in error.recipients.items())
            raise self._refused(f"every recipient was refused: {told}") from error
        except smtplib.SMTPAuthenticationError as error:
            self._ended = f"the login was refused: {_answer(error.smtp_code, error.smtp_error)}"
        except smtplib.SMTPResponseException as error:
            raise self._refused(_answer(error.smtp_code, error.smtp_error)) from error
        except (smtplib.SMTPException, OSError) as error:
            self._ended = _cause(error)
        else:
            return {who: _answer(*what) for who, what in refused.items()}
        raise self._refused(self._ended)

    def check(self) -> None:
        """Connect, agree on encryption and sign in; send nothing. Raises SinkUnreachable."""
        import smtplib  # noqa: PLC0415 - only who mails pays

        self._until = clock.running_seconds() + self._mail.answer_seconds
        try:
            self._opened().close()
        except SettingInvalid as problem:
            raise self._refused(problem.what) from problem
        except NotConnected as error:
            raise self._refused(self._told(error)) from error
        except smtplib.SMTPResponseException as error:
            raise self._refused(_answer(error.smtp_code, error.smtp_error)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise self._refused(_cause(error)) from error

    def _opened(self) -> Any:  # noqa: ANN401 - smtplib is imported below
        """A connection that has been greeted, secured and signed in."""
        import smtplib  # noqa: PLC0415 - only who mails pays
        import socket as sockets  # noqa: PLC0415

        mail, peer = self._mail, self._peer()

        class Connection(smtplib.SMTP):
            def _get_socket(self, _host: str, _port: int, _timeout: float) -> socket.socket:
                stream = connected(peer)
                stream.settimeout(mail.answer_seconds)
                return stream

        password = None
        if mail.password is not None:
            password = read_secret(mail.password, self._folder, name="mail.password")
        name = sockets.gethostname().encode("ascii", "ignore").decode() or "localhost"
        smtp = Connection(peer.host, peer.port, name, timeout=mail.answer_seconds)
        try:
            if mail.tls == "starttls":
                self._time(smtp)
                smtp.starttls(context=_context(peer.ca_file))
            if mail.user is not None and password is not None:
                self._time(smtp)
                smtp.login(mail.user, password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _peer(self) -> Peer:
        mail = self._mail
        return Peer(
            is_encrypted=mail.tls == "tls",
            host=mail.server,
            port=mail.port_in_force,
            connect_seconds=mail.connect_seconds,
            answer_seconds=mail.answer_seconds,
            ca_file=self._folder / mail.ca_file if mail.ca_file else None,
        )

    def _time(self, smtp: Any) -> None:  # noqa: ANN401
        """Leave the next exchange what is left of the time."""
        left = self._until - clock.running_seconds()
        if left <= 0:
            raise TimeoutError
        smtp.sock.settimeout(left)

    def _refused(self, why: str) -> SinkUnreachable:
        # What it answers can differ each time; the first line of a fault shall not.
        return SinkUnreachable(f"the mail server {self.place} did not take it", follows=why)

    def _told(self, error: NotConnected) -> str:
        return str(error).replace(self._peer().place, self.place)


def _cause(error: BaseException) -> str:
    """Say what broke a conversation: the library wraps what the line had."""
    inner = error.__context__
    return reason(inner if isinstance(inner, OSError) else error)


def _answer(code: int, text: bytes | str) -> str:
    """What a server answered, in one line without what moves a terminal."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    plain = "".join(sign if sign.isprintable() else " " for sign in words)
    return f"it answered {code}: {' '.join(plain.split())[:_TEXT_SIGNS]}"


def _context(ca_file: Path | None) -> Any:  # noqa: ANN401 - ssl is imported here
    import ssl  # noqa: PLC0415 - only who mails pays

    return ssl.create_default_context(cafile=ca_file)
