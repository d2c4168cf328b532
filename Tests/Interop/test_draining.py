"""SIGTERM: readiness turns at once, then the listener closes, what is under way is finished, jobs are given back, and the status is 0."""

import http.client
import signal
import socket
import sqlite3
import threading
import time

import pytest
import requests

from mailbox import SandboxMailbox, patiently
from record import RecordMember
from sandbox import Sandbox
from serving import Server


class SlowPost:
    """A request whose body is half sent."""

    body = b"grant_type=authorization_code&code=x&client_id=y"

    def __init__(self, port, host="p2p.example"):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.connection.putrequest("POST", "/one/oauth2/token", skip_host=True)
        for name, value in {"Host": host, "Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(self.body))}.items():
            self.connection.putheader(name, value)
        self.connection.endheaders(self.body[:10])

    def finish(self):
        self.connection.send(self.body[10:])
        answer = self.connection.getresponse()
        return answer.status, answer.read()


def refuses(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
        return False
    except ConnectionRefusedError:
        return True


def under_way(server):
    return "payerbridge_requests_under_way 1\n" in server.admin("metrics").text


def test_readiness_turns_at_once_and_requests_are_finished(tmp_path):
    server = Server(tmp_path, "drain:\n  graceSeconds: 15\n  finishSeconds: 120\n")
    slow = SlowPost(server.port)
    patiently(lambda: under_way(server), "the slow request")
    idle = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    server.send(signal.SIGTERM)
    patiently(lambda: server.admin("readyz").status_code == 503, "readiness to turn", seconds=10)
    assert server.admin("readyz").json()["reason"] == "draining"
    assert "payerbridge_draining 1\n" in server.admin("metrics").text
    # Within the grace it answers as before: whoever has not looked yet loses nothing.
    assert requests.get(f"http://127.0.0.1:{server.port}/healthz", timeout=120).status_code == 200
    patiently(lambda: refuses(server.port), "the listener to close", seconds=60)
    assert server.process.poll() is None, "it left before the request under way was answered"
    idle.settimeout(60)
    assert idle.recv(1) == b"", "a connection on which nothing happens is closed"
    assert server.admin("healthz").status_code == 200
    status, body = slow.finish()
    assert status == 401 or status == 400, (status, body)
    assert server.process.wait(60) == 0
    assert "error" not in server.words()


def test_a_request_that_never_ends_does_not_hold_it_up(tmp_path):
    server = Server(tmp_path, "drain:\n  graceSeconds: 0\n  finishSeconds: 2\n")
    slow = SlowPost(server.port)
    patiently(lambda: under_way(server), "the slow request")
    server.send(signal.SIGTERM)
    assert server.process.wait(12) == 0
    slow.connection.close()


def test_a_big_answer_is_sent_to_its_end(start_sandbox, tmp_path):
    from oauth import Member, bearer

    sandbox = Sandbox(tmp_path / "data", members=0)
    try:
        granted = Member(sandbox, SandboxMailbox(sandbox)).tokens(sandbox.member("01-testmemid"))
        url = f"{sandbox.fhir}/Patient/{granted['patient']}/$everything"
        whole = requests.get(url, headers={**bearer(granted["access_token"]), "Accept-Encoding": "identity"}, timeout=120).content
        assert len(whole) > 1_000_000
        wire = socket.create_connection(("127.0.0.1", sandbox.port), timeout=120)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        path = url.split(str(sandbox.port), 1)[1]
        wire.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost:{sandbox.port}\r\nAuthorization: Bearer {granted['access_token']}\r\n\r\n".encode())
        got = wire.recv(1000)
        sandbox.process.send_signal(signal.SIGTERM)
        patiently(lambda: refuses(sandbox.port), "the listener to close")
        wire.settimeout(120)
        while block := wire.recv(65536):
            got += block
        head, body = got.split(b"\r\n\r\n", 1)
        assert f"Content-Length: {len(body)}".lower().encode() in head.lower()
        assert len(body) == len(whole)
        assert sandbox.process.wait(120) == 0
    finally:
        sandbox.stop()


def test_jobs_are_given_back(tmp_path):
    """A transfer in hand is free for the next node as soon as this one has left."""
    sandbox = Sandbox(tmp_path / "data", members=0)
    try:
        member = RecordMember(sandbox)
        with sqlite3.connect(f"file:{sandbox.data}/payerbridge.sqlite?mode=ro", uri=True) as database:
            # The page behind the last step may not come any more; the transfer has begun all the same.
            walker = threading.Thread(target=lambda: quietly(lambda: member.agree(mailbox=SandboxMailbox(sandbox))))
            walker.start()
            end = time.monotonic() + 300
            while not database.execute("SELECT count(*) FROM transfer WHERE lease_holder IS NOT NULL").fetchone()[0]:
                assert time.monotonic() < end, "no transfer was ever in hand"
                time.sleep(0.002)
            sandbox.process.send_signal(signal.SIGTERM)
            walker.join()
            assert sandbox.process.wait(120) == 0
            state, holder = database.execute("SELECT state, lease_holder FROM transfer").fetchone()
            assert holder is None
            assert state in ("receiving", "ready"), state
            assert database.execute("SELECT count(*) FROM outbox WHERE leased_until IS NOT NULL AND delivered_at IS NULL").fetchone()[0] == 0
    finally:
        sandbox.stop()


def quietly(act):
    try:
        act()
    except Exception:  # noqa: BLE001
        pass


@pytest.mark.parametrize("more", ["drain:\n  graceSeconds: -1\n", "drain:\n  finishSeconds: 0\n", "admin:\n  address: 9090\n", "admin:\n  address: 127.0.0.1:8080\n", "drain: soon\n"])
def test_a_wrong_time_is_told(tmp_path, more):
    from test_program import assert_told, run

    config = tmp_path / "payerbridge.yaml"
    config.write_text(f"publicAddress: https://p2p.example\ndataDirectory: data\n{more}plans:\n  - id: one\n    name: One\n")
    assert_told(*run("serve", "--config", config), "payerbridge.yaml")
