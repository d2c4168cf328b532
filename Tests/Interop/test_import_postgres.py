"""Loads into PostgreSQL: the database restarts under one, one is killed, and what is loaded at night."""

import json
import random
import secrets
import signal
import subprocess
import time

import pytest

from nodes import PLAN, Node, database_in
from sandbox import program

MEMBERS, OBSERVATIONS = 300, 127


def patient(number):
    return {"resourceType": "Patient", "id": f"p{number}", "identifier": [{"type": {"coding": [{"code": "MB"}]}, "value": f"M{number}"}],
            "name": [{"family": f"Name{number}", "given": ["A"]}], "birthDate": "1980-02-03"}


def observation(number, member, value=1):
    return {"resourceType": "Observation", "id": f"o{number}", "status": "final", "code": {"text": f"value {value}"},
            "subject": {"reference": f"Patient/p{member}"}}


def write(file, resources):
    file.write_text("".join(json.dumps(resource) + "\n" for resource in resources))
    return file


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    each = [[patient(m)] + [observation(m * OBSERVATIONS + n, m) for n in range(OBSERVATIONS)] for m in range(MEMBERS)]
    return write(tmp_path_factory.mktemp("records") / "all.ndjson", [resource for one in each for resource in one])


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with database_in(tmp_path_factory.mktemp("postgres")) as made:
        yield made


@pytest.fixture
def plan(server, tmp_path):
    """A plan on a database of its own."""
    name = "import_" + secrets.token_hex(8)
    server.query(f"CREATE DATABASE {name}", database="postgres")
    key = tmp_path / "key"
    key.write_bytes(secrets.token_bytes(32))
    key.chmod(0o600)
    node = Node(tmp_path / "node", server.base + name, key)
    node.name = name
    return node


def begin(plan, *arguments):
    return subprocess.Popen([program(), "import", "--config", str(plan.config), "--plan", PLAN, "--priority", "normal", *map(str, arguments)],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def load(plan, *arguments, status=0):
    process = begin(plan, *arguments)
    words = process.communicate(timeout=600)[0]
    assert process.returncode == status, words
    return words


def kept(server, plan):
    try:
        return int(server.query("SELECT count(*) FROM resource", plan.name)[0][0])
    except AssertionError:
        # Starting, or without tables yet.
        return 0


def assert_whole(server, plan):
    """Each resource once, in its first version, in its place, and counted."""
    whole = MEMBERS * (OBSERVATIONS + 1)
    assert server.query("SELECT count(*), count(DISTINCT (type, id)), max(version) FROM resource", plan.name) == [[str(whole), str(whole), "1"]]
    assert server.query("SELECT count(*) FROM resource_place", plan.name) == [[str(whole)]]
    assert server.query("SELECT sum(count) FROM resource_count", plan.name) == [[str(whole)]]
    assert server.query("SELECT count(*) FROM member WHERE patient_id IS NOT NULL", plan.name) == [[str(MEMBERS)]]


def test_a_database_that_restarts_under_a_load_loses_nothing_that_was_counted(server, plan, records):
    process = begin(plan, records)
    restarts, before = 0, 0
    while process.poll() is None:
        # Each time something more is there. What was committed a moment ago is in the log of the server, or it is not acknowledged.
        if (now := kept(server, plan)) > before:
            server.again()
            restarts, before = restarts + 1, now
        time.sleep(0.01)
    words = process.communicate(timeout=60)[0]
    assert process.returncode == 0, words
    assert restarts >= 2, "no restart fell into the load"
    assert "38,400 resources kept" in words
    assert_whole(server, plan)


def test_a_load_that_is_killed_and_started_again_ends_the_same(server, plan, records):
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    seen = [0]
    for _ in range(3):
        process = begin(plan, records)
        end = time.monotonic() + 300
        while process.poll() is None and time.monotonic() < end and kept(server, plan) <= seen[-1]:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.15))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        seen.append(kept(server, plan))
    assert any(0 < count < 38_400 for count in seen), f"no kill fell into the load: {seen} (seed {seed})"
    load(plan, records)
    assert_whole(server, plan)
    assert ": 0 new, 0 changed, 38,400 as before" in load(plan, records)


def test_a_nightly_load_changes_and_deletes_and_a_quota_holds(server, plan, tmp_path):
    everything = write(tmp_path / "all.ndjson", [patient(1), patient(2)] + [observation(n, 1 + n % 2) for n in range(6)])
    assert "holds nothing yet" in load(plan, "--delta", everything, status=1)
    load(plan, everything)
    changed = write(tmp_path / "changed.ndjson", [observation(0, 1, value=2), observation(1, 2), observation(7, 2)])
    gone = write(tmp_path / "gone.ndjson", [{"resourceType": "Observation", "id": "o2"}, {"resourceType": "Observation", "id": "o99"}])
    words = load(plan, "--delta", "--deleted", gone, changed)
    assert "1 resources deleted; 1 named were not there." in words and ": 1 new, 1 changed, 1 as before" in words
    rows = dict(server.query("SELECT id, version FROM resource", plan.name))
    assert rows == {"p1": "1", "p2": "1", "o0": "2", "o1": "1", "o3": "1", "o4": "1", "o5": "1", "o7": "1"}
    with open(plan.config, "a") as file:
        file.write("    quota: {resources: 8, bytes: 100000}\n")
    more = write(tmp_path / "more.ndjson", [observation(8, 1)])
    assert "9 resources; its quota is 8" in load(plan, more, status=1)
    assert dict(server.query("SELECT id, version FROM resource", plan.name)) == rows
    load(plan, write(tmp_path / "same.ndjson", [observation(0, 1, value=3)]))
