"""The code reaches a real SMTP server, and from there the member."""

import subprocess
import sys

import pytest

from mailbox import SMTPMailbox, code_in, fresh_address, patiently
from oauth import Member, authorize_url
from sandbox import ROOT, free_port
from walk import Walk, answer_of

SERVER = next((path for path in (ROOT / "Tests/Support/smtp_server.py", ROOT / "Tests/MailTests/smtp_server.py") if path.exists()), None)


@pytest.fixture(scope="module")
def mail_server(tmp_path_factory):
    """start(port, *options) runs the test SMTP server; its mails lie in `folder`."""
    assert SERVER, "smtp_server.py is not where it was"
    running = []
    folder = tmp_path_factory.mktemp("mail")

    def start(port=0, *options):
        process = subprocess.Popen(
            [sys.executable, str(SERVER), "--port", str(port), "--dir", str(folder), *options], stdout=subprocess.PIPE, text=True
        )
        running.append(process)
        return process, int(process.stdout.readline().removeprefix("listening "))

    start.folder = folder
    yield start
    for process in running:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@pytest.fixture(scope="module")
def mailing(start_sandbox, mail_server):
    _, port = mail_server()
    return start_sandbox("--smtp", f"smtp://127.0.0.1:{port}", members=0)


def test_a_member_reads_the_code_from_the_mail_and_authorizes(mailing, mail_server):
    mailbox = SMTPMailbox(mail_server.folder)
    address = fresh_address()
    member = mailing.members[0]
    assert "code" in answer_of(Member(mailing, mailbox).walk(authorize_url(mailing), member, address))
    mail = mailbox.newest(address)
    headers = dict((name.lower(), value) for name, value in mail["headers"])
    assert mail["recipients"] == [address] and headers["to"].strip("<>") == address
    assert "Demo Health Plan" in mail["subject"] and headers["date"] and headers["message-id"]
    assert code_in(mail["text"]) not in mail["subject"], "a locked phone shows the subject"
    assert member["lastName"] not in mail["raw"] and member["memberId"] not in mail["raw"], "no mail says who the member is"


def test_a_spanish_walk_sends_a_spanish_mail(mailing, mail_server):
    mailbox = SMTPMailbox(mail_server.folder)
    address = fresh_address()
    assert "code" in answer_of(Member(mailing, mailbox).walk(authorize_url(mailing), mailing.members[0], address, language="es"))
    mail = mailbox.newest(address)
    assert "Su código para Demo Health Plan" in mail["text"] and mail["subject"].startswith("Su código")


def test_a_mail_that_could_not_be_delivered_at_once_is_delivered_later(start_sandbox, mail_server):
    """The mail server is away while the code is sent, and comes back."""
    port = free_port()
    sandbox = start_sandbox("--smtp", f"smtp://127.0.0.1:{port}", members=0)
    walk, address = Walk(authorize_url(sandbox)), fresh_address()
    walk.identify(sandbox.members[0])
    assert walk.submit("/email", email=address).url.endswith("/code"), "the member does not wait for the mail server"
    mail_server(port)
    mailbox = SMTPMailbox(mail_server.folder)
    code = code_in(patiently(lambda: mailbox.mails(address), "the late mail", seconds=30)[0]["text"])
    assert walk.submit("/code", code=code).url.endswith("/consent")
    assert len(mailbox.mails(address)) == 1, "delivered once"
