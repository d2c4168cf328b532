"""Two servers with an open portal over one PostgreSQL: what a developer does at one goes on at the other."""

import hashlib
import os
import re
import shutil
import socket
import time
import uuid

import pytest
import requests

from hostile import HostileDeveloper
from mailbox import SandboxMailbox, patiently
from nodes import PLAN, Node, rows, sandbox_over
from sandbox import Sandbox, make_database

pytestmark = pytest.mark.skipif("PAYERBRIDGE_TEST_POSTGRES" not in os.environ, reason="bin/test starts the PostgreSQL server")

PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000040000000400802000000")
WEBM = bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d")


class Developer(HostileDeveloper):
    """One with an application that is verified, who asks any node."""

    def ask_at(self, node, method, path, **more):
        return requests.request(method, f"{node.portal}/api/portal{self.app}{path}", headers=dict(self.session.headers), timeout=60, **more)

    def page(self, node, path):
        token = self.session.headers["Authorization"].removeprefix("Bearer ")
        answer = requests.get(f"{node.portal}/portal{self.app}{path}", cookies={"payerbridge-portal": token}, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.text

    def addresses(self, node):
        """Where the files of the request can be had."""
        return re.findall(r'href="(/evidence/[0-9a-f]+)"', self.page(node, "/production"))


@pytest.fixture(scope="module")
def uri():
    return make_database(f"nodes_{uuid.uuid4().hex}")


@pytest.fixture(scope="module")
def nodes(tmp_path_factory, uri):
    folder = tmp_path_factory.mktemp("nodes")
    with sandbox_over(uri, folder / "first") as first, sandbox_over(uri, folder / "second", like=first) as second:
        yield first, second


@pytest.fixture(scope="module")
def developer(nodes, uri):
    made = Developer(nodes[0], SandboxMailbox(nodes[0]))
    made.sign_up()
    details = {"app_name": "Records", "description": "Receives", "home_page": "https://l.example", "redirect_uris": ["https://l.example/cb"]}
    made.client_id = made.ask("POST", "/applications", 201, details)["clientId"]
    made.verification()
    # As a reviewer would have decided.
    rows(uri, "UPDATE verification SET state = 'approved' WHERE application = (SELECT max(number) FROM application)")
    rows(uri, "INSERT INTO plan_sync (application, plan, state, due_at) SELECT max(a.number), p.number, 'waiting', 0 "
              "FROM application a, plan p WHERE p.id IN ('demo', 'new') GROUP BY p.number")
    patiently(lambda: all(plan["state"] == "synced" for plan in made.ask("GET", made.app, 200)["plans"]), "the sync")
    return made


def sizes(uri):
    return {name: int(size) for name, size in rows(uri, "SELECT name, sum(length(bytes)) FROM evidence_piece GROUP BY name")}


def test_what_is_uploaded_at_one_node_is_had_byte_for_byte_from_the_other(nodes, developer, uri):
    first, second = nodes
    recording = WEBM + os.urandom(9_000_000)
    for title, content in (("a.png", PNG + os.urandom(5000)), ("b.webm", recording)):
        answer = developer.ask_at(first, "POST", "/production/evidence", params={"title": title}, data=content)
        assert answer.status_code == 201, answer.text
    addresses = developer.addresses(second)
    assert len(addresses) == 2
    got = requests.get(second.portal + addresses[1], timeout=60)
    assert got.status_code == 200 and got.headers["Content-Length"] == str(len(recording))
    assert hashlib.sha256(got.content).digest() == hashlib.sha256(recording).digest()
    assert max(int(row[0]) for row in rows(uri, "SELECT length(bytes) FROM evidence_piece")) == 256 << 10
    assert not (first.data / "evidence").exists() and not (second.data / "evidence").exists()
    # Removed at the other, it is gone at both, bytes and all.
    for each in developer.ask_at(second, "GET", "/production").json()["evidence"]:
        assert developer.ask_at(second, "DELETE", f"/production/evidence/{each['number']}").status_code == 204
    assert requests.get(first.portal + addresses[1], timeout=60).status_code == 404
    assert sizes(uri) == {} and rows(uri, "SELECT * FROM evidence_upload") == []


def test_a_node_that_left_files_in_its_own_folder_is_told_to_name_it(nodes, developer, uri, tmp_path):
    answer = developer.ask_at(nodes[0], "POST", "/production/evidence", params={"title": "a.png"}, data=PNG + os.urandom(5000))
    assert answer.status_code == 201, answer.text
    name = rows(uri, "SELECT name FROM evidence WHERE removed_at IS NULL")[0][0]
    node = Node(tmp_path / "earlier", uri, nodes[0].data / "key")
    node.config.write_text(node.config.read_text().replace(f"id: {PLAN}\n    name: North", "id: demo\n    name: Demo"))
    folder = node.folder / "data/evidence"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(PNG)
    said = node.folder / "log"
    node.start().wait().stop()
    assert "evidenceDirectory" not in said.read_text(), "the database has the file"
    rows(uri, "DELETE FROM evidence_piece")
    node.start().wait().stop()
    assert f"evidenceDirectory: {folder}" in said.read_text()
    for each in developer.ask_at(nodes[0], "GET", "/production").json()["evidence"]:
        developer.ask_at(nodes[0], "DELETE", f"/production/evidence/{each['number']}")


def begin_upload(developer, node, length):
    """A connection on which a recording is on its way, and has not arrived."""
    connection = socket.create_connection(("127.0.0.1", node.port), timeout=120)
    connection.sendall(
        f"POST /api/portal{developer.app}/production/evidence?title=c.webm HTTP/1.1\r\nHost: localhost:{node.port}\r\n"
        f"Authorization: {developer.session.headers['Authorization']}\r\nContent-Length: {length}\r\n\r\n".encode()
        + WEBM + os.urandom(2_000_000)
    )
    return connection


def test_an_upload_that_is_broken_off_leaves_nothing(nodes, developer, uri):
    with begin_upload(developer, nodes[0], 4_000_000):
        patiently(lambda: sum(sizes(uri).values()) > 1_000_000, "the first pieces")
        assert developer.ask_at(nodes[1], "GET", "/production").json()["evidence"] == []
    patiently(lambda: sizes(uri) == {} and rows(uri, "SELECT * FROM evidence_upload") == [], "nothing")


def test_what_a_killed_node_left_is_tidied_by_any_node_after_an_hour(tmp_path_factory, nodes, developer, uri):
    folder = tmp_path_factory.mktemp("third") / "data"
    shutil.copytree(nodes[0].data, folder, ignore=shutil.ignore_patterns("server.lock", "sandbox.json"))
    third = Sandbox(folder, "--database", uri, members=0)
    connection = begin_upload(developer, third, 4_000_000)
    patiently(lambda: sum(sizes(uri).values()) > 1_000_000, "the first pieces")
    third.process.kill()
    third.process.wait()
    connection.close()
    assert developer.ask_at(nodes[1], "GET", "/production").json()["evidence"] == []
    again = Sandbox(folder, "--database", uri, members=0)
    again.stop()
    assert sum(sizes(uri).values()) > 1_000_000, "another node may be at what is young"
    rows(uri, f"UPDATE evidence_upload SET touched_at = {int((time.time() - 3700) * 1000)}")
    again = Sandbox(folder, "--database", uri, members=0)
    try:
        patiently(lambda: sizes(uri) == {} and rows(uri, "SELECT * FROM evidence_upload") == [], "nothing")
    finally:
        again.stop()


def test_a_walk_of_try_it_goes_on_at_another_node_and_ends_at_both(nodes, developer, uri):
    first, second = nodes
    walk = developer.ask_at(first, "POST", "/walks", json={"member": first.members[0]["memberId"]})
    assert walk.status_code == 201 and "problem" not in walk.json(), walk.text
    path = "/walks/" + walk.json()["id"]
    assert developer.ask_at(second, "GET", path).json() == walk.json()
    asked = developer.ask_at(second, "POST", path + "/queries", json={"path": "Patient"})
    assert asked.status_code == 200 and asked.json()["query"]["status"] == 200, asked.text
    assert developer.ask_at(first, "GET", path).json() == asked.json()
    page = developer.page(second, "/try/" + walk.json()["id"])
    assert "Works now (active)" in page and not re.search(r"p2p[arscx]_[\w-]{12}", page)
    ended = developer.ask_at(second, "DELETE", path)
    assert ended.status_code == 200 and ended.json()["isOver"], ended.text
    for node in nodes:
        assert developer.ask_at(node, "GET", path).json() == ended.json()
        assert developer.ask_at(node, "DELETE", path).status_code == 403
        assert developer.ask_at(node, "POST", path + "/queries", json={"path": "Patient"}).status_code == 403
    # Nothing of it can be read in the database.
    sealed = bytes.fromhex(rows(uri, "SELECT encode(sealed, 'hex') FROM try_run")[0][0])
    assert b"p2p" not in sealed and b"Patient" not in sealed
