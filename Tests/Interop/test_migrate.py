"""`payerbridge migrate` moves a store from its file to PostgreSQL: whole, also when it is killed on its way, and never over another."""

import os
import random
import re
import subprocess
import time
import uuid

import pytest
import requests

from mailbox import SandboxMailbox
from oauth import Member
from sandbox import Sandbox, make_database, program
from test_program import shown_on_a_terminal

pytestmark = pytest.mark.skipif("PAYERBRIDGE_TEST_POSTGRES" not in os.environ, reason="bin/test starts the PostgreSQL server")


def tokens_of(sandbox):
    return Member(sandbox, SandboxMailbox(sandbox)).tokens(sandbox.members[0])


def command(data, uri):
    return [program(), "migrate", "--from", f"sqlite:{data}", "--to", uri]


def migrate(data, uri):
    return subprocess.run(command(data, uri), capture_output=True, text=True)


def record(sandbox, access):
    """The member's record as the API gives it, without what tells when it was asked."""
    entries, url = [], f"{sandbox.fhir}/Observation?_count=1000"
    answer = requests.get(url, headers={"Authorization": f"Bearer {access}", "Accept-Encoding": "identity"}, timeout=120)
    assert answer.status_code == 200, answer.text
    for entry in answer.json()["entry"]:
        entries.append(entry)
    return entries


def test_a_store_moves_whole_although_it_is_killed_on_its_way(tmp_path, monkeypatch):
    monkeypatch.delenv("PAYERBRIDGE_TEST_STORE", raising=False)
    before = Sandbox(tmp_path / "data", members=12)
    try:
        access = tokens_of(before)["access_token"]
        read = record(before, access)
        counted = subprocess.run([program(), "disclosures", "verify", "--data", str(before.data)], capture_output=True, text=True, check=True).stdout
    finally:
        before.stop()
    uri = make_database(f"moved_{uuid.uuid4().hex}")
    chance = random.Random(7)
    killed = 0
    for _ in range(6):
        process = subprocess.Popen(command(before.data, uri), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.05, 0.6))
        killed += process.poll() is None
        process.kill()
        process.wait()
    assert killed > 0
    done = migrate(before.data, uri)
    assert done.returncode == 0 and "each as it was" in done.stdout, done.stderr
    # No machine does ten million rows in a second; a step that has just begun tells no rate.
    assert "Copying resource" in done.stderr
    assert all(int(rate.replace(",", "")) < 10_000_000 for rate in re.findall(r"([\d,]+)/s", done.stderr)), done.stderr
    again = migrate(before.data, uri)
    assert again.returncode != 0 and "holds a store already" in again.stderr
    (before.data / "payerbridge.sqlite").rename(tmp_path / "aside.sqlite")
    after = Sandbox(before.data, "--database", uri, members=12, port=before.port)
    try:
        assert record(after, access) == read
        recounted = subprocess.run([program(), "disclosures", "verify", "--data", str(after.data)], capture_output=True, text=True, check=True).stdout
        assert int(recounted.split()[0]) == int(counted.split()[0]) + 1
        # New rows get numbers after those that came along.
        assert tokens_of(after)["access_token"] != access
    finally:
        after.stop()


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--from", "/somewhere", "--to", "postgres://localhost/x"], "--from takes sqlite:DIRECTORY"),
        (["--from", "sqlite:/nowhere", "--to", "mysql://localhost/x"], "--to takes a PostgreSQL address, such as postgres://"),
        (["--from", "sqlite:/nowhere", "--to", "postgres://localhost/x"], "There is no store in /nowhere"),
    ],
)
def test_what_cannot_be_moved_is_said(arguments, words):
    done = subprocess.run([program(), "migrate", *arguments], capture_output=True, text=True)
    assert done.returncode != 0 and words in done.stderr


def test_on_a_terminal_the_end_of_a_move_stands_on_a_line_of_its_own(tmp_path, monkeypatch):
    monkeypatch.delenv("PAYERBRIDGE_TEST_STORE", raising=False)
    Sandbox(tmp_path / "data", members=0).stop()
    uri = make_database(f"moved_{uuid.uuid4().hex}")
    lines = shown_on_a_terminal(*command(tmp_path / "data", uri)[1:])
    assert any(re.fullmatch(r"[\d,]+ rows of \d+ tables are in the database, each as it was\.", line) for line in lines), lines


def test_a_store_that_is_served_is_not_moved(sandbox):
    if (sandbox.data / "database").exists():
        pytest.skip("this sandbox is on PostgreSQL already")
    done = migrate(sandbox.data, make_database(f"moved_{uuid.uuid4().hex}"))
    assert done.returncode != 0 and "serves" in done.stderr
