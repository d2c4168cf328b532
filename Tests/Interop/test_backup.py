"""Backups while the server works, and the drill: kill it, restore elsewhere, and find everything that was acknowledged."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import threading
import time

import pytest
import requests

from mailbox import SandboxMailbox
from oauth import Member, bearer
from sandbox import Sandbox, program
from test_program import assert_told, run, shown_on_a_terminal


def good(*arguments):
    status, words = run(*arguments, seconds=120)
    assert status == 0, words
    return words


def back_up(data, to, *options):
    return good("backup", "--data", data, "--to", to, *options)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A sandbox's data after some use, and a backup of it."""
    folder = tmp_path_factory.mktemp("backup")
    sandbox = Sandbox(folder / "data", members=0)
    try:
        granted = Member(sandbox, SandboxMailbox(sandbox)).tokens(sandbox.member("01-testmemid"))
        for _ in range(20):
            assert requests.get(f"{sandbox.fhir}/Patient", headers=bearer(granted["access_token"]), timeout=120).status_code == 200
        evidence = sandbox.data / "evidence"
        evidence.mkdir(exist_ok=True)
        (evidence / "evidence-one").write_bytes(os.urandom(3_000_000))
        (evidence / "evidence-two.part").write_bytes(b"half")
        words = back_up(sandbox.data, folder / "copy")
    finally:
        sandbox.stop()
    return folder, words


@pytest.fixture
def copy(made, tmp_path):
    """A backup of one's own to spoil."""
    shutil.copytree(made[0] / "copy", tmp_path / "copy")
    return tmp_path / "copy"


def test_on_a_terminal_its_words_stand_on_lines_of_their_own(made, tmp_path):
    lines = shown_on_a_terminal("backup", "--data", made[0] / "data", "--to", tmp_path / "copy")
    assert re.fullmatch(r"Copying █{24} 100 % in \d+ s", lines[0]), lines
    assert lines[1].startswith(f"{tmp_path / 'copy'} is whole"), lines


def test_it_holds_what_it_says(made):
    folder, words = made
    manifest = json.loads((folder / "copy/manifest.json").read_text())
    files = {entry["path"]: entry for entry in manifest["files"]}
    there = {str(path.relative_to(folder / "copy")) for path in (folder / "copy").rglob("*") if path.is_file()}
    assert there == set(files) | {"manifest.json"}
    assert {"payerbridge.sqlite", "disclosures.sqlite", "evidence/evidence-one", "sandbox.json"} <= there
    assert not there & {"key", "sealing-key", "server.lock", "evidence/evidence-two.part"}
    for path, entry in files.items():
        data = (folder / "copy" / path).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (entry["bytes"], entry["sha256"])
        assert (folder / "copy" / path).stat().st_mode & 0o077 == 0
    with sqlite3.connect(f"file:{folder}/copy/payerbridge.sqlite?immutable=1", uri=True) as database:
        for table, count in manifest["databases"]["payerbridge.sqlite"]["counts"].items():
            assert database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] == count
    assert manifest["disclosures"]["last"] >= 20
    digest = hashlib.sha256((folder / "copy/manifest.json").read_bytes()).hexdigest()
    assert digest in words and "Not in it: key, sealing-key." in words
    assert digest in good("verify", folder / "copy")


def test_keys_come_along_when_asked(made, tmp_path):
    words = back_up(made[0] / "data", tmp_path / "whole", "--with-keys")
    assert (tmp_path / "whole/key").read_bytes() == (made[0] / "data/key").read_bytes()
    assert "Not in it" not in words


def test_nothing_is_overwritten(made, tmp_path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/file").write_text("mine")
    assert_told(*run("backup", "--data", made[0] / "data", "--to", tmp_path / "taken"), "there already")
    assert_told(*run("restore", made[0] / "copy", "--to", tmp_path / "taken"), "not empty")
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["file"]
    assert not list(tmp_path.glob("taken.*"))
    (tmp_path / "empty").mkdir()
    good("restore", made[0] / "copy", "--to", str(tmp_path / "empty") + "/")
    assert (tmp_path / "empty/payerbridge.sqlite").exists()


@pytest.mark.parametrize("arguments", [
    ["backup", "--data", "{folder}/none", "--to", "{folder}/b"], ["verify", "{folder}"], ["restore", "{folder}", "--to", "{folder}/r"],
    ["backup", "--data", "{folder}"], ["verify"],
], ids=lambda arguments: " ".join(arguments))
def test_what_cannot_be_done_is_told(tmp_path, arguments):
    assert_told(*run(*[argument.format(folder=tmp_path) for argument in arguments]))


def test_a_backup_does_not_go_into_what_it_copies(made):
    assert_told(*run("backup", "--data", made[0] / "data", "--to", made[0] / "data/evidence/copy"), "lies in the data directory")
    assert not (made[0] / "data/evidence/copy.partial").exists()


def test_what_lies_elsewhere_is_named(tmp_path):
    from serving import Server

    server = Server(tmp_path, f"evidenceDirectory: {tmp_path}/pictures\nsealingKeyFile: data/sealing\nkeyFile: data/own-key\n")
    try:
        (tmp_path / "data/sealing").write_bytes(b"x" * 32)
        words = good("backup", "--config", server.config, "--to", tmp_path / "copy")
    finally:
        server.stop()
    assert f"Not in it: {tmp_path}/pictures." in words and "Not in it: own-key, " in words
    assert not {"own-key", "sealing"} & {path.name for path in (tmp_path / "copy").iterdir()}
    server.config.write_text(server.config.read_text() + "database: postgres://nobody@127.0.0.1:1/none\n")
    assert_told(*run("backup", "--config", server.config, "--to", tmp_path / "other"), "pg_basebackup")


def flip(path, at=None):
    data = bytearray(path.read_bytes())
    data[at if at is not None else len(data) // 2] ^= 1
    path.write_bytes(data)


def forge(copy):
    """Makes the manifest agree with the files again, as someone would who knows its format."""
    path = copy / "manifest.json"
    manifest = json.loads(path.read_text())
    for entry in manifest["files"]:
        data = (copy / entry["path"]).read_bytes()
        entry["bytes"], entry["sha256"] = len(data), hashlib.sha256(data).hexdigest()
    path.write_text(json.dumps(manifest))


def change(path, sql):
    database = sqlite3.connect(path)
    database.execute(sql)
    database.commit()
    database.close()


SPOILED = {
    "a changed record": (lambda copy: flip(copy / "payerbridge.sqlite"), "payerbridge.sqlite is not as it was"),
    "a changed picture": (lambda copy: flip(copy / "evidence/evidence-one"), "evidence/evidence-one is not as it was"),
    "a cut file": (lambda copy: os.truncate(copy / "disclosures.sqlite", 4096), "disclosures.sqlite is not as it was"),
    "a missing file": (lambda copy: (copy / "evidence/evidence-one").unlink(), "evidence-one cannot be read"),
    "a file too many": (lambda copy: (copy / "extra").write_text("x"), "extra is not in the manifest"),
    "no manifest": (lambda copy: (copy / "manifest.json").unlink(), "no manifest.json"),
    "a broken manifest": (lambda copy: (copy / "manifest.json").write_text("{"), "not the manifest"),
    "a deleted row": (lambda copy: (change(copy / "payerbridge.sqlite", "DELETE FROM resource WHERE rowid = (SELECT max(rowid) FROM resource)"), forge(copy)), "rows; the manifest says"),
    "a changed disclosure": (lambda copy: (change(copy / "disclosures.sqlite", "UPDATE disclosure SET resources = 99 WHERE number = 5"), forge(copy)), "log of disclosures"),
    "a shortened log": (lambda copy: (change(copy / "disclosures.sqlite", "DELETE FROM disclosure WHERE number = 1"), forge(copy)), "disclosure"),
    "a damaged page": (lambda copy: (flip_pages(copy / "payerbridge.sqlite"), forge(copy)), "payerbridge.sqlite is damaged"),
    "a newer schema": (lambda copy: (change(copy / "payerbridge.sqlite", "PRAGMA user_version = 999"), forge(copy), tell_schema(copy, 999)), "schema 999"),
    "a way out": (lambda copy: point(copy, "../outside"), "not the manifest"),
}


def flip_pages(path):
    data = bytearray(path.read_bytes())
    for page in range(8, min(len(data) // 4096, 400), 3):
        data[page * 4096:page * 4096 + 16] = b"\xff" * 16
    path.write_bytes(data)


def tell_schema(copy, schema):
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["databases"]["payerbridge.sqlite"]["schema"] = schema
    (copy / "manifest.json").write_text(json.dumps(manifest))


def point(copy, path):
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["files"][0]["path"] = path
    (copy / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("name", SPOILED)
def test_what_is_not_whole_is_found_and_not_restored(copy, name, tmp_path):
    spoil, expected = SPOILED[name]
    spoil(copy)
    status, words = run("verify", copy, seconds=60)
    assert status == 1 and expected in words, words
    status, again = run("restore", copy, "--to", tmp_path / "restored", seconds=60)
    assert status == 1 and expected in again, again
    assert not (tmp_path / "restored").exists() and not (tmp_path / "restored.restoring").exists()


def test_a_backup_cut_off_is_none(made, tmp_path):
    """Killed at any moment it leaves no folder of the backup's name; the next run succeeds."""
    for delay in (0.0, 0.02, 0.05, 0.1, 0.2):
        process = subprocess.Popen([program(), "backup", "--data", str(made[0] / "data"), "--to", str(tmp_path / "b")],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.kill()
        process.wait()
        if (tmp_path / "b").exists():
            good("verify", tmp_path / "b")
            shutil.rmtree(tmp_path / "b")
    back_up(made[0] / "data", tmp_path / "b")
    good("verify", tmp_path / "b")


def test_the_drill(tmp_path):
    """Load, backup, kill -9, restore elsewhere: what was acknowledged before the backup began is there, and tokens work."""
    sandbox = Sandbox(tmp_path / "data", members=20)
    member = sandbox.member("01-testmemid")
    stop = threading.Event()
    known, statuses, disclosed = [], [], []

    def consents():
        # Each walk is a grant, a code, a pair of tokens.
        play = Member(sandbox, SandboxMailbox(sandbox))
        while not stop.is_set():
            try:
                known.append(play.tokens(member))
            except (AssertionError, requests.RequestException, KeyError):
                if not stop.is_set():
                    raise

    def reads():
        while not stop.is_set():
            if not known:
                time.sleep(0.01)
                continue
            token = known[-1]
            try:
                answer = requests.get(f"{sandbox.fhir}/Observation?_count=20", headers=bearer(token["access_token"]), timeout=120)
                statuses.append(answer.status_code)
                disclosed.append(time.monotonic())
            except requests.RequestException:
                if not stop.is_set():
                    raise

    threads = [threading.Thread(target=act) for act in (consents, reads, reads)]
    try:
        for thread in threads:
            thread.start()
        end = time.monotonic() + 60
        while len(known) < 3 and time.monotonic() < end:
            time.sleep(0.05)
        acknowledged, answered = list(known), len(statuses)
        assert len(acknowledged) >= 3 and answered
        back_up(sandbox.data, tmp_path / "copy")
        during = len(statuses) - answered
        assert during > 0, "nothing was answered while the backup was made"
        time.sleep(0.5)
    finally:
        stop.set()
        sandbox.stop(signal.SIGKILL)
        for thread in threads:
            thread.join()
    assert set(statuses) == {200}, "the backup was felt"

    with sqlite3.connect(f"file:{tmp_path}/copy/payerbridge.sqlite?immutable=1", uri=True) as database:
        grants = {row[0] for row in database.execute("SELECT number FROM access_grant")}
    with sqlite3.connect(f"file:{tmp_path}/copy/disclosures.sqlite?immutable=1", uri=True) as database:
        rows = database.execute('SELECT "grant" FROM disclosure').fetchall()
    assert len(rows) >= answered and {row[0] for row in rows} <= grants

    good("restore", tmp_path / "copy", "--to", tmp_path / "elsewhere/data")
    shutil.copy2(sandbox.data / "key", tmp_path / "elsewhere/data/key")
    assert pathlib.Path(tmp_path / "elsewhere/data").stat().st_mode & 0o777 == 0o700
    restored = Sandbox(tmp_path / "elsewhere/data", members=20)
    try:
        for token in acknowledged:
            answer = requests.get(f"{restored.fhir}/Patient/{token['patient']}", headers=bearer(token["access_token"]), timeout=120)
            assert answer.status_code == 200
            fields = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"], **restored.app.credentials}
            assert requests.post(restored.plan["token"], data=fields, timeout=120).status_code == 200
        words = good("disclosures", "verify", "--data", restored.data)
        assert int(words.split()[0].replace(",", "")) >= answered + len(acknowledged)
    finally:
        assert restored.stop() == 0
