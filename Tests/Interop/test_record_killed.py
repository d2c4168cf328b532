"""A transfer that is killed with -9 at any moment ends with the same store as one that was left in peace."""

import json
import random
import shutil
import sqlite3
import signal
import time

from mailbox import SandboxMailbox
from record import RecordMember
from sandbox import Sandbox, free_port

KILLS = 20


def store_of(sandbox):
    """What is kept and what is served of it, without the times and versions that differ from run to run."""
    with sqlite3.connect(f"file:{sandbox.data}/payerbridge.sqlite?mode=ro", uri=True) as database:
        plan = database.execute("SELECT number FROM plan WHERE id = 'new'").fetchone()[0]
        originals = database.execute(
            "SELECT member, payer, type, source_id, local_id, is_here, body FROM kept_version ORDER BY 1, 2, 3, 4, transfer"
        ).fetchall()
        served = database.execute("SELECT member, type, id, body FROM resource WHERE plan = ? ORDER BY 1, 2, 3", (plan,)).fetchall()
        counts = database.execute("SELECT member, type, count FROM resource_count WHERE plan = ? AND count > 0 ORDER BY 1, 2", (plan,)).fetchall()
        left = database.execute("SELECT count(*) FROM staged_resource").fetchone()[0]
        states = [row[0] for row in database.execute("SELECT state FROM transfer ORDER BY number")]
    return {
        "originals": [(*row[:-1], settled(row[-1])) for row in originals], "served": [(*row[:-1], settled(row[-1])) for row in served],
        "counts": counts, "left": left, "states": states,
    }


def settled(body):
    if not body:
        return None
    resource = json.loads(body)
    resource.pop("meta", None)
    resource.pop("recorded", None)
    return resource


def journey(sandbox, hit):
    """Keep, bring again and keep, undo once; `hit` is called wherever something is under way, and returns the sandbox to go on with."""
    member = RecordMember(sandbox)
    for _ in range(2):
        member.agree(mailbox=SandboxMailbox(sandbox))
        hit()
        member.wait("Is this your record?", seconds=180)
        member.step("keep")
        hit()
        member.wait("It is part of your record", seconds=180)
    member.step("undo")
    hit()
    member.wait("It was removed", seconds=180)


def test_twenty_kills_change_nothing(tmp_path):
    port = free_port()
    first = Sandbox(tmp_path / "peace", members=0, port=port)
    first.stop()
    shutil.copytree(first.data, tmp_path / "war")

    peace = Sandbox(first.data, members=0, port=port)
    try:
        journey(peace, lambda: None)
    finally:
        peace.stop()
    expected = store_of(peace)
    assert len(expected["originals"]) > 1000 and expected["left"] == 0 and expected["states"] == ["kept", "undone"]

    seed = random.randrange(2**32)
    chance = random.Random(seed)
    war = [Sandbox(tmp_path / "war", members=0, port=port)]
    kills = 0

    def hit():
        nonlocal kills
        for _ in range(KILLS // 5):
            time.sleep(chance.uniform(0, 1.2))
            war[0].stop(signal.SIGKILL)
            kills += 1
            war[0] = Sandbox(tmp_path / "war", members=0, port=port)

    try:
        journey(war[0], hit)
    finally:
        war[0].stop()
    assert kills == KILLS
    found = store_of(war[0])
    for name, value in expected.items():
        assert found[name] == value, f"{name} differs (seed {seed})"
