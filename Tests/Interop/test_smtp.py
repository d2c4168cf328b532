"""The code reaches a real SMTP server, and from there the member."""

from types import SimpleNamespace

import pytest

from mailbox import code_in, fresh_address, patiently
from oauth import Member, authorize_url
from sandbox import free_port
from walk import Walk, answer_of


@pytest.fixture(scope="module")
def mailing(start_sandbox, mail_server):
    mailbox, port = mail_server()
    sandbox = start_sandbox("--smtp", f"smtp://127.0.0.1:{port}", members=0)
    return SimpleNamespace(sandbox=sandbox, mailbox=mailbox, walk=Member(sandbox, mailbox).walk)


def test_a_member_reads_the_code_from_the_mail_and_authorizes(mailing):
    member, address = mailing.sandbox.members[0], fresh_address()
    assert "code" in answer_of(mailing.walk(authorize_url(mailing.sandbox), member, address))
    mail = mailing.mailbox.newest(address)
    headers = dict((name.lower(), value) for name, value in mail["headers"])
    assert mail["recipients"] == [address] and headers["to"].strip("<>") == address
    assert "Demo Health Plan" in mail["subject"] and headers["date"] and headers["message-id"]
    assert code_in(mail["text"]) not in mail["subject"], "a locked phone shows the subject"
    assert member["lastName"] not in mail["raw"] and member["memberId"] not in mail["raw"], "no mail says who the member is"


def test_a_spanish_walk_sends_a_spanish_mail(mailing):
    address = fresh_address()
    assert "code" in answer_of(mailing.walk(authorize_url(mailing.sandbox), mailing.sandbox.members[0], address, language="es"))
    mail = mailing.mailbox.newest(address)
    assert "Su código para Demo Health Plan" in mail["text"] and mail["subject"].startswith("Su código")


def test_a_mail_that_could_not_be_delivered_at_once_is_delivered_later(start_sandbox, mail_server):
    """The mail server is away while the code is sent, and comes back."""
    port = free_port()
    sandbox = start_sandbox("--smtp", f"smtp://127.0.0.1:{port}", members=0)
    walk, address = Walk(authorize_url(sandbox)), fresh_address()
    walk.identify(sandbox.members[0])
    assert walk.submit("/email", email=address).url.endswith("/code"), "the member does not wait for the mail server"
    mailbox, _ = mail_server(port)
    code = code_in(patiently(lambda: mailbox.mails(address), "the late mail", seconds=180)[0]["text"])
    assert walk.submit("/code", code=code).url.endswith("/consent")
    assert len(mailbox.mails(address)) == 1, "delivered once"
