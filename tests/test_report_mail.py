"""Scheduled reports by mail, over real SMTP to a server on loopback."""

from __future__ import annotations

import socket
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from mail_server import PASSWORD, MailReceiver
from site_folder import CLIENT, Site
from test_report_page import unpacked
from webhook_receiver import CERTIFICATES

from reconcile import checking
from reconcile import settings as settings_module
from reconcile.errors import ExitCode, SettingInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator

REPORT = """
[reports.morning]
report = "dropped_calls_list"
schedule = "5 * * * *"
path = "out/drops-{date}-{time}.csv"
mail_to = ["lead@example.com", "other@example.com"]

[mail]
server = "localhost"
sender = "reconcile@example.org"
connect_seconds = 2
answer_seconds = 2
"""


def site_with(folder: Path, server: MailReceiver, *lines: str, tls: str = "off") -> Site:
    """A site whose report is mailed to the server, at 10:05."""
    site = Site.small(folder)
    text = "\n".join((REPORT.strip(), f'tls = "{tls}"', f"port = {server.port}", *lines))
    with site.settings_file.open("a", encoding="utf-8") as file:
        file.write(f"\n{text}\n")
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:02")
    return site


@pytest.fixture
def server() -> Iterator[MailReceiver]:
    with MailReceiver() as one:
        yield one


def test_a_report_is_mailed_at_its_slot_once_with_the_file_attached(
    tmp_path: Path, server: MailReceiver
) -> None:
    site = site_with(tmp_path / "site", server)
    assert site.run("10:04").exit_code == ExitCode.DONE
    assert server.taken == []
    assert site.run("10:06").exit_code == ExitCode.DONE
    site.run("10:07")
    (mail,) = server.taken
    assert server.recipients == [["lead@example.com", "other@example.com"]]
    assert mail["Subject"] == "Report morning, 2026-11-20 10:05:00 UTC"
    assert (mail["From"], mail["To"]) == (
        "reconcile@example.org",
        "lead@example.com, other@example.com",
    )
    assert parsedate_to_datetime(mail["Date"]).tzinfo is not None
    body, attachment = mail.iter_parts()
    assert "From 2026-11-19 10:05:00 UTC up to 2026-11-20 10:05:00 UTC." in body.get_content()
    assert attachment.get_filename() == "drops-2026-11-20-1005.csv"
    assert attachment.get_content_type() == "text/csv"
    written = (site.folder / "out" / "drops-2026-11-20-1005.csv").read_text(encoding="utf-8")
    assert CLIENT in written
    assert attachment.get_content().splitlines() == written.splitlines()


@pytest.mark.parametrize("ending", [".parquet", ".md"])
def test_a_file_of_any_format_arrives_as_it_was_written(
    ending: str, tmp_path: Path, server: MailReceiver
) -> None:
    site = site_with(tmp_path / "site", server)
    site.change_settings("{time}.csv", f"{{time}}{ending}")
    site.run("10:03")
    site.run("10:06")
    (mail,) = server.taken
    (attachment,) = mail.iter_attachments()
    (written,) = (site.folder / "out").glob(f"*{ending}")
    data = attachment.get_payload(decode=True)
    assert data.replace(b"\r\n", b"\n") == written.read_bytes()


@pytest.mark.parametrize(("line", "is_shown"), [("", False), ("show_numbers = true", True)])
def test_a_page_is_mailed_whole_with_numbers_only_on_request(
    line: str, is_shown: bool, tmp_path: Path, server: MailReceiver
) -> None:
    site = site_with(tmp_path / "site", server)
    site.change_settings('"dropped_calls_list"', f'"page"\n{line}')
    site.change_settings("{time}.csv", "{time}.html")
    site.run("10:03")
    assert site.run("10:06").exit_code == ExitCode.DONE
    (mail,) = server.taken
    body, page = mail.iter_parts()
    assert "The report `page` is attached as drops-2026-11-20-1005.html." in body.get_content()
    assert (page.get_content_type(), page.get_filename()) == (
        "text/html",
        "drops-2026-11-20-1005.html",
    )
    written = (site.folder / "out" / "drops-2026-11-20-1005.html").read_bytes()
    assert page.get_payload(decode=True).replace(b"\r\n", b"\n") == written
    clients = unpacked(written.decode())["clients"]
    assert clients["number"] == [CLIENT if is_shown else f"{CLIENT[:4]}{'*' * 7}{CLIENT[-2:]}"]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_the_line_is_secured_and_the_login_made(tls: str, tmp_path: Path) -> None:
    with MailReceiver(tls=tls, has_login=tls == "starttls") as server:
        login = ['user = "reconcile"', 'password = { file = "password" }']
        ca = f'ca_file = "{CERTIFICATES / "own-ca.pem"}"'
        lines = [ca, *login] if tls == "starttls" else [ca]
        (tmp_path / "site").mkdir()
        (tmp_path / "site" / "password").write_text(PASSWORD, encoding="utf-8")
        site = site_with(tmp_path / "site", server, *lines, tls=tls)
        assert site.run("10:06").exit_code == ExitCode.DONE
        assert len(server.taken) == 1


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(tls: str, tmp_path: Path) -> None:
    with MailReceiver(tls=tls) as server:
        site = site_with(tmp_path / "site", server, tls=tls)
        result = site.run("10:06")
        assert result.exit_code == ExitCode.SINK
        assert "certificate" in " ".join(result.messages[0])
        assert server.taken == []


def test_a_server_without_starttls_gets_neither_password_nor_mail(
    tmp_path: Path, server: MailReceiver
) -> None:
    site = site_with(tmp_path / "site", server, tls="starttls")
    result = site.run("10:06")
    assert result.exit_code == ExitCode.SINK
    assert "STARTTLS" in " ".join(result.messages[0])
    assert server.taken == []


def test_a_refused_login_is_told_without_the_password(tmp_path: Path) -> None:
    with MailReceiver(tls="starttls", has_login=True) as server:
        (tmp_path / "site").mkdir()
        (tmp_path / "site" / "password").write_text("wrong-password", encoding="utf-8")
        lines = [
            'user = "reconcile"',
            'password = { file = "password" }',
            f'ca_file = "{CERTIFICATES / "own-ca.pem"}"',
        ]
        site = site_with(tmp_path / "site", server, *lines, tls="starttls")
        told = "\n".join(site.run("10:06").messages[0])
        assert "the login was refused: it answered 535" in told
        assert "wrong-password" not in told


@pytest.mark.parametrize("answer", ["451 4.3.0 queue 8F21", "554 5.7.1 spam"])
def test_a_refusal_is_told_once_and_the_mail_goes_in_a_later_run_with_the_same_id(
    answer: str, tmp_path: Path, server: MailReceiver
) -> None:
    server.answer = answer
    site = site_with(tmp_path / "site", server)
    first = site.run("10:06")
    assert first.exit_code == ExitCode.SINK
    assert answer.partition(" ")[2] in " ".join(first.messages[0])
    server.answer = answer.replace("8F21", "9AAA")
    assert site.run("10:07").messages == []
    server.answer = "250 OK"
    assert site.run("10:08").messages[0][0].startswith("ended after 2 min")
    site.run("10:09")
    assert len(server.taken) == 1


def test_a_line_cut_after_the_mail_was_taken_repeats_it_with_the_same_id(
    tmp_path: Path, server: MailReceiver
) -> None:
    site = site_with(tmp_path / "site", server)
    server.dies_at = "DATA"
    assert site.run("10:06").exit_code == ExitCode.SINK
    server.dies_at = ""
    assert site.run("10:07").exit_code == ExitCode.DONE
    first, second = server.taken
    assert first["Message-ID"] == second["Message-ID"]
    site.run("11:06")
    assert server.taken[2]["Message-ID"] != first["Message-ID"]


def test_a_server_that_dies_before_takes_nothing_and_gets_it_later(
    tmp_path: Path, server: MailReceiver
) -> None:
    site = site_with(tmp_path / "site", server)
    server.dies_at = "RCPT"
    assert site.run("10:06").exit_code == ExitCode.SINK
    assert server.taken == []
    server.dies_at = ""
    site.run("10:07")
    assert len(server.taken) == 1


def test_a_recipient_whom_the_server_refuses_is_told_and_the_others_get_it_once(
    tmp_path: Path, server: MailReceiver
) -> None:
    site = site_with(tmp_path / "site", server)
    server.refused = {"other@example.com": "550 no such user"}
    result = site.run("10:06")
    assert result.exit_code == ExitCode.SINK
    assert "other@example.com: it answered 550: no such user" in result.messages[0][0]
    site.run("10:07")
    assert server.recipients == [["lead@example.com"]]


def test_a_server_that_is_down_or_silent_holds_up_a_run_for_its_seconds_only(
    tmp_path: Path, server: MailReceiver
) -> None:
    site = site_with(tmp_path / "site", server)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        site.change_settings(f"port = {server.port}", f"port = {port}")
        result = site.run("10:06")
    assert result.exit_code == ExitCode.SINK
    assert "time-out" in " ".join(result.messages[0])
    down = site.run("10:07")
    assert "Connection refused" in str(down.faults)
    assert f"localhost:{port}" in str(down.faults)


def test_other_reports_of_the_run_do_not_wait_for_a_server_again(
    tmp_path: Path, server: MailReceiver
) -> None:
    site = site_with(tmp_path / "site", server)
    again = REPORT.partition("[mail]")[0].replace("morning", "again").replace("drops", "again")
    with site.settings_file.open("a", encoding="utf-8") as file:
        file.write(again)
    site.run("10:03")
    server.dies_at = "RCPT"
    result = site.run("10:06")
    assert [name for name in result.faults if name.startswith("report")] == [
        "report morning",
        "report again",
    ]
    assert len(list((site.folder / "out").glob("*-1005.csv"))) == 2


def test_the_name_of_a_report_makes_no_header(tmp_path: Path, server: MailReceiver) -> None:
    site = site_with(tmp_path / "site", server)
    site.change_settings("[reports.morning]", '[reports."Ráno: Bcc: a@b.cz"]')
    site.run("10:03")
    site.run("10:06")
    (mail,) = server.taken
    assert mail["Subject"] == "Report Ráno: Bcc: a@b.cz, 2026-11-20 10:05:00 UTC"
    assert mail["Bcc"] is None
    assert server.recipients == [["lead@example.com", "other@example.com"]]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"lead@example.com"', '"lead@example.com\\r\\nBcc: a@b.cz"', "mail_to"),
        ('"lead@example.com"', '"Lead <lead@example.com>"', "mail_to"),
        ('sender = "reconcile@example.org"', 'sender = "a@b.cz, c@d.cz"', "mail.sender"),
        ("[mail]", "[nothing]", "nothing"),
        ('tls = "off"', 'tls = "off"\nuser = "x"', "expected both or none"),
    ],
)
def test_settings_that_make_no_mail_are_refused(
    old: str, new: str, told: str, tmp_path: Path, server: MailReceiver
) -> None:
    site = site_with(tmp_path / "site", server)
    site.change_settings(old, new)
    with pytest.raises(SettingInvalid) as caught:
        settings_module.load(site.settings_file)
    assert told in "\n".join(caught.value.lines())


def test_a_mail_in_the_clear_over_a_network_is_warned_of(
    tmp_path: Path, server: MailReceiver
) -> None:
    site = site_with(tmp_path / "site", server)
    site.change_settings('server = "localhost"', 'server = "mail.example.com"')
    assert "anybody on the way reads" in "\n".join(site.settings.warnings)


def test_check_signs_in_and_sends_nothing(tmp_path: Path) -> None:
    with MailReceiver() as server:
        site = site_with(tmp_path / "site", server)
        lines, code = checking.report(site.settings)
        assert f"mail: the server localhost:{server.port} can be signed in to" in lines
        assert code == ExitCode.DONE
        assert server.taken == []
    lines, code = checking.report(site.settings)
    assert [line for line in lines if line.startswith("mail:")] == [
        f"mail: the server localhost:{server.port} is not usable: "
        f"localhost:{server.port} cannot be reached: Connection refused"
    ]
    assert code == ExitCode.SINK


def test_the_example_of_the_readme_is_complete(tmp_path: Path) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    example = readme.partition("<!-- mail -->\n```toml\n")[2].partition("```")[0]
    site = Site.small(tmp_path / "site")
    before = site.settings.warnings
    with site.settings_file.open("a", encoding="utf-8") as file:
        file.write(f"\n{example}")
    loaded = site.settings
    assert loaded.warnings == before
    assert loaded.mail is not None
    assert (loaded.mail.tls, loaded.mail.port_in_force) == ("starttls", 587)
    assert loaded.reports[0].mail_to == ("lead@example.com",)
