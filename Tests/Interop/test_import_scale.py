"""Loads: cut off at any moment and started again, nightly changes and deletions, and quotas."""

import gzip
import json
import os
import pathlib
import random
import re
import signal
import sqlite3
import subprocess
import time

import pytest

from sandbox import program
from test_program import run

KILLS = 6


def config(folder, quota=""):
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "payerbridge.yaml"
    file.write_text(f"publicAddress: https://p2p.example\ndataDirectory: data\nplans:\n  - id: one\n    name: One Health Plan\n{quota}")
    return file


def load(folder, *arguments, status=0):
    # At the usual priority, the lowest, it would wait for whatever else runs on the machine.
    found, words = run("import", "--priority", "normal", "--config", folder / "payerbridge.yaml", "--plan", "one", *arguments, seconds=600)
    assert found == status, words
    return words


def patient(number):
    return {"resourceType": "Patient", "id": f"p{number}", "identifier": [{"type": {"coding": [{"code": "MB"}]}, "value": f"M{number}"}],
            "name": [{"family": f"Name{number}", "given": ["A"]}], "birthDate": "1980-02-03", "address": [{"postalCode": "02116"}]}


def observation(number, member, value=1):
    return {"resourceType": "Observation", "id": f"o{number}", "status": "final", "code": {"text": f"value {value}"},
            "subject": {"reference": f"Patient/p{member}"}, "note": [{"text": "x" * (number % 400)}]}


def provenance(number):
    return {"resourceType": "Provenance", "id": f"v{number}", "target": [{"reference": f"Observation/o{number}"}], "recorded": "2024-01-01T00:00:00Z",
            "agent": [{"who": {"display": "x"}}]}


def write(path, resources, pack=False):
    data = "".join(json.dumps(resource) + "\n" for resource in resources).encode()
    path.write_bytes(gzip.compress(data) if pack else data)


def store_of(folder):
    """Everything that a load decides, without the times and numbers that differ from run to run."""
    with sqlite3.connect(f"file:{folder}/data/payerbridge.sqlite?mode=ro", uri=True) as database:
        members = {row[0]: row[1:] for row in database.execute(
            "SELECT number, coalesce(patient_id, ''), coalesce(member_id, ''), first_name, last_name, birth_date, postal_code FROM member")}
        members[0] = ("shared",)
        plain = re.compile(rb'"lastUpdated":"[^"]*"')
        return {
            "resources": sorted((members[member], type, id, version, digest, plain.sub(b"", bytes(body))) for member, type, id, version, digest, body in
                                database.execute("SELECT member, type, id, version, digest, body FROM resource")),
            "counts": sorted((members[member], type, count) for member, type, count in
                             database.execute("SELECT member, type, count FROM resource_count WHERE count > 0")),
            "places": database.execute("SELECT count(*) FROM resource_place").fetchone()[0],
            "members": sorted(map(str, members.values())),
        }


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """Some 38,000 resources in files of several kinds; a few stand twice, in other words."""
    folder = tmp_path_factory.mktemp("records")
    chance = random.Random(7)
    write(folder / "a.ndjson", [{"resourceType": "Organization", "id": f"org{n}", "name": f"Org {n}"} for n in range(300)])
    write(folder / "b.ndjson.gz", [patient(n) for n in range(900)], pack=True)
    observations = [observation(n, n % 900) for n in range(36_000)]
    write(folder / "c.ndjson", observations[:20_000])
    write(folder / "d.ndjson.gz", observations[20_000:], pack=True)
    write(folder / "e.ndjson", [observation(n, n % 900, value=2) for n in chance.sample(range(36_000), 200)])
    write(folder / "f.ndjson", [provenance(n) for n in range(1000)])
    return folder


@pytest.fixture(scope="module")
def whole(records, tmp_path_factory):
    """A store into which it was loaded undisturbed, and what the load said."""
    folder = tmp_path_factory.mktemp("whole")
    config(folder)
    words = load(folder, records)
    return folder, store_of(folder), words


def test_a_load_that_is_killed_and_started_again_ends_the_same(records, whole, tmp_path):
    expected = whole[1]
    assert len(expected["resources"]) == 38_200
    file = config(tmp_path)
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    seen = []
    for _ in range(KILLS):
        process = subprocess.Popen([program(), "import", "--priority", "normal", "--config", str(file), "--plan", "one", str(records)],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # Kills fall where something is written: after the store has grown by some batches more, and a little.
        before, batches, end = seen[-1] if seen else 0, chance.randrange(1, 3), time.monotonic() + 300
        while process.poll() is None and time.monotonic() < end and kept(tmp_path) < before + 4000 * batches:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.15))
        process.send_signal(signal.SIGKILL)
        process.wait()
        seen.append(kept(tmp_path))
    assert any(0 < count < 38_200 for count in seen), f"no kill fell into the load: {seen} (seed {seed})"
    load(tmp_path, records)
    found = store_of(tmp_path)
    for name, value in expected.items():
        assert found[name] == value, f"{name} differs (seed {seed}, {seen})"
    assert ": 0 new, 0 changed, " in load(tmp_path, records)


def kept(folder):
    try:
        with sqlite3.connect(f"file:{folder}/data/payerbridge.sqlite?mode=ro", uri=True) as database:
            return database.execute("SELECT count(*) FROM resource").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def threads(process):
    """The nice values and scheduling policies (proc(5)) of the threads that read, prepare and keep. Dispatch names those of queues and gives them
    a priority of its own, where it may."""
    found = set()
    for file in pathlib.Path(f"/proc/{process.pid}/task").glob("*/stat"):
        try:
            name, fields = file.read_text().split("(", 1)[1].rsplit(")", 1)
        except OSError:
            continue
        fields = fields.split()
        if not name.endswith("overcommit"):
            found.add((int(fields[16]), int(fields[38])))
    return found


SCHED_OTHER, SCHED_IDLE = 0, 5


@pytest.mark.parametrize("priority", [None, "low", "idle", "normal"])
def test_a_load_takes_as_much_of_the_processors_as_it_is_told(records, tmp_path, priority):
    file = config(tmp_path)
    option = ["--priority", priority] if priority else []
    process = subprocess.Popen([program(), "import", "--config", str(file), "--plan", "one", *option, str(records)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while kept(tmp_path) == 0:
            assert process.poll() is None, "it has ended too early"
            time.sleep(0.01)
        found = threads(process)
    finally:
        process.kill()
        process.wait()
    own = os.getpriority(os.PRIO_PROCESS, 0)
    low = max(own, 10)
    assert found == {"normal": {(own, SCHED_OTHER)}, "idle": {(low, SCHED_IDLE)}}.get(priority, {(low, SCHED_OTHER), (low, SCHED_IDLE)})


def test_an_unknown_priority_is_told_with_those_there_are(tmp_path):
    status, words = run("import", "--config", config(tmp_path), "--priority", "high", "x.ndjson")
    assert status != 0 and all(word in words for word in ("normal", "low", "idle"))


@pytest.fixture
def loaded(tmp_path):
    """A small plan: two members with three observations each."""
    config(tmp_path)
    write(tmp_path / "all.ndjson", [{"resourceType": "Organization", "id": "org", "name": "O"}, patient(1), patient(2)] + [observation(n, 1 + n % 2) for n in range(6)])
    load(tmp_path, tmp_path / "all.ndjson")
    return tmp_path


def ids(folder):
    with sqlite3.connect(f"file:{folder}/data/payerbridge.sqlite?mode=ro", uri=True) as database:
        return dict(database.execute("SELECT id, version FROM resource"))


def counted(folder):
    with sqlite3.connect(f"file:{folder}/data/payerbridge.sqlite?mode=ro", uri=True) as database:
        rows = database.execute("SELECT member, type, count FROM resource_count WHERE count > 0").fetchall()
        real = database.execute("SELECT member, type, count(*) FROM resource GROUP BY 1, 2").fetchall()
        return sorted(rows) == sorted(real)


def test_a_nightly_load_changes_and_deletes_what_it_names(loaded):
    write(loaded / "changed.ndjson", [observation(0, 1, value=7), observation(1, 2), observation(9, 1), observation(5, 2, value=3)])
    write(loaded / "gone.ndjson", [{"resourceType": "Observation", "id": "o2"}, {"resourceType": "Organization", "id": "org"},
                                   {"resourceType": "Observation", "id": "never-was"}, {"resourceType": "Observation", "id": "o5"}])
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [{"request": {"method": "DELETE", "url": "Observation/o3"}},
                                                                         {"request": {"method": "DELETE", "url": "Observation/o3"}}]}
    write(loaded / "deleted.ndjson", [bundle])
    arguments = ["--delta", "--deleted", loaded / "gone.ndjson", "--deleted", loaded / "deleted.ndjson", loaded / "changed.ndjson"]
    words = load(loaded, *arguments)
    assert "4 resources deleted; 2 named were not there." in words
    assert "4 resources kept: 2 new, 1 changed, 1 as before." in words
    after = {"p1": 1, "p2": 1, "o0": 2, "o1": 1, "o4": 1, "o5": 2, "o9": 1}
    assert ids(loaded) == after and counted(loaded), "what comes again goes on with its versions"
    # The same once more, as after an interruption: what is deleted and brought in one load is there at the end.
    load(loaded, *arguments)
    assert ids(loaded) == {**after, "o5": 3} and counted(loaded)
    with sqlite3.connect(f"file:{loaded}/data/payerbridge.sqlite?mode=ro", uri=True) as database:
        entries = database.execute("SELECT * FROM audit WHERE action = 'import.delta'").fetchall()
    assert len(entries) == 2 and "4 resources deleted" in str(entries[0])


@pytest.mark.parametrize("line, expected", [
    ('{"resourceType":"Widget","id":"x"}', "not a resource type"), ('{"resourceType":"Observation","id":"x/y"}', "The id is none"),
    ('{"resourceType":"Observation"}', "names no resource"), ("{", "not valid JSON"),
    ('{"resourceType":"Bundle","entry":[{"request":{"method":"PUT","url":"Observation/o1"}}]}', "does not delete"),
    ('{"resourceType":"Bundle","entry":[{"request":{"method":"DELETE","url":"Observation?x=1"}}]}', "request.url"),
], ids=["type", "id", "nothing", "no JSON", "PUT", "conditional"])
def test_what_names_nothing_is_told_and_deletes_nothing(loaded, line, expected):
    before = ids(loaded)
    (loaded / "gone.ndjson").write_text(line + "\n")
    words = load(loaded, "--delta", "--deleted", loaded / "gone.ndjson", status=3)
    assert "gone.ndjson:1" in words and expected in words and ids(loaded) == before


def test_a_whole_load_deletes_nothing(loaded):
    before = ids(loaded)
    (loaded / "b.json").write_text(json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": [
        {"request": {"method": "DELETE", "url": "Observation/o1"}}, {"resource": observation(20, 1), "request": {"method": "PUT", "url": "Observation/o20"}}]}))
    assert "b.json:entry 1: The entry deletes" in load(loaded, loaded / "b.json", status=3)
    assert ids(loaded) == {**before, "o20": 1}
    write(loaded / "gone.ndjson", [{"resourceType": "Observation", "id": "o1"}])
    status, words = run("import", "--config", loaded / "payerbridge.yaml", "--plan", "one", "--deleted", loaded / "gone.ndjson", loaded / "all.ndjson")
    assert status not in (0, 3) and "--delta" in words and "o1" in ids(loaded)


def test_a_delta_needs_something_to_change(tmp_path):
    config(tmp_path)
    write(tmp_path / "changed.ndjson", [patient(1)])
    assert "holds nothing yet" in load(tmp_path, "--delta", tmp_path / "changed.ndjson", status=1)
    assert ids(tmp_path) == {}


def quota(**limits):
    return "    quota:\n" + "".join(f"      {name}: {limit}\n" for name, limit in limits.items())


@pytest.mark.parametrize("limits, words", [
    ({"resources": 11}, "12 resources; its quota is 11 (plans[].quota.resources)"), ({"members": 3}, "4 members; its quota is 3"),
    ({"bytes": 6000}, "bytes; its quota is 6000"),
], ids=["resources", "members", "bytes"])
def test_a_load_over_the_quota_changes_nothing(loaded, limits, words):
    before = store_of(loaded)
    write(loaded / "more.ndjson", [patient(3), patient(4), {**observation(399, 4), "note": [{"text": "y" * 6000}]}])
    config(loaded, quota(**limits))
    told = load(loaded, loaded / "more.ndjson", status=1)
    assert words in told and told.rstrip().endswith("None of them was kept.")
    assert store_of(loaded) == before
    config(loaded, quota(resources=12, members=4, bytes=20_000))
    load(loaded, loaded / "more.ndjson")
    assert len(ids(loaded)) == 12 and counted(loaded)


def test_a_full_plan_still_takes_changes(loaded):
    config(loaded, quota(resources=9, members=2))
    write(loaded / "same.ndjson", [patient(1), observation(0, 1, value=5), observation(1, 2)])
    assert "0 new, 1 changed, 2 as before" in load(loaded, loaded / "same.ndjson")
    write(loaded / "gone.ndjson", [{"resourceType": "Observation", "id": "o2"}])
    write(loaded / "new.ndjson", [observation(30, 1)])
    # What the deletions free may be filled.
    load(loaded, "--delta", "--deleted", loaded / "gone.ndjson", loaded / "new.ndjson")
    assert "10 resources; its quota is 9" in load(loaded, loaded / "all.ndjson", status=1)


def test_a_batch_over_the_quota_is_refused_whole_and_those_before_it_stay(records, tmp_path):
    config(tmp_path, quota(resources=20_000))
    words = load(tmp_path, records, status=1)
    found = re.search(r"The next (\d+) resources would bring One Health Plan to (\d+) resources; its quota is 20000 .* the (\d+) before them were", words)
    batch, total, before = map(int, found.groups())
    assert len(ids(tmp_path)) == before == total - batch and 0 < before <= 20_000 < total and counted(tmp_path)


def test_a_roster_over_the_quota_changes_nothing(loaded):
    head = "member_id,first_name,last_name,birth_date,postal_code\n"
    roster = loaded / "roster.csv"
    config(loaded, quota(members=3))
    roster.write_text(head + "M1,A,B,1980-02-03,02116\nX1,A,B,1980-02-03,02116\nX2,A,B,1980-02-03,02116\n")
    status, words = run("members", "import", "--config", loaded / "payerbridge.yaml", "--plan", "one", roster)
    assert status == 1 and "4 members; its quota is 3" in words and "Nothing was changed" in words
    roster.write_text(head + "M1,A,B,1980-02-03,02116\nX1,A,B,1980-02-03,02116\n")
    status, words = run("members", "import", "--config", loaded / "payerbridge.yaml", "--plan", "one", roster)
    assert status == 0 and "1 new, 1 changed" in words
    # The record of a member whom the roster brought first takes no place of its own.
    write(loaded / "late.ndjson", [{**patient(3), "identifier": [{"type": {"coding": [{"code": "MB"}]}, "value": "X1"}]}])
    load(loaded, loaded / "late.ndjson")


@pytest.mark.parametrize("text", ["    quota: 5\n", "    quota:\n      resources: 0\n", "    quota:\n      patients: 5\n"])
def test_a_wrong_quota_is_told_with_its_line(tmp_path, text):
    config(tmp_path, text)
    write(tmp_path / "x.ndjson", [patient(1)])
    assert "payerbridge.yaml:" in load(tmp_path, tmp_path / "x.ndjson", status=1)
