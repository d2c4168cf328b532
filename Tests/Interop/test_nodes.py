"""Any number of nodes over one PostgreSQL: what one does holds at the other, and failures cost time, never an effect.

PAYERBRIDGE_NODE_OPERATIONS sets how many operations the nodes do while they and the database are killed (800 unless told)."""

import concurrent.futures
import os
import subprocess
import threading
import time

import pytest
import requests

from mailbox import patiently
from nodes import HOST, PLAN, Client, Loader, Plan, database_in, examine, told
from sandbox import ROOT, free_port, program

OPERATIONS = int(os.environ.get("PAYERBRIDGE_NODE_OPERATIONS", "800"))


@pytest.fixture
def database(tmp_path_factory):
    with database_in(tmp_path_factory.mktemp("postgres")) as made:
        yield made


@pytest.fixture
def plan(database, tmp_path):
    made = Plan(tmp_path, database)
    yield made
    made.stop()


def at(node, path, method="GET", **more):
    """The answer; 503 says to ask again, and means that nothing was done."""
    headers = {"Host": HOST, **more.pop("headers", {})}
    end = time.monotonic() + 120
    while True:
        answer = requests.request(method, f"http://127.0.0.1:{node.port}/{PLAN}{path}", headers=headers, timeout=60, **more)
        if answer.status_code != 503 or time.monotonic() > end:
            return answer
        time.sleep(0.1)


def refresh(plan, node, text):
    return at(node, "/oauth2/token", "POST", auth=plan.client, data={"grant_type": "refresh_token", "refresh_token": text})


def read(node, access):
    return at(node, "/r4/Patient/ada", headers={"Authorization": f"Bearer {access}"})


def within_a_second(check):
    """Whether what is asked from a second on has the new answer. An answer may take as long as it wants: what counts is when it was asked for."""
    changed = time.monotonic()
    while True:
        began = time.monotonic()
        if check():
            return True
        if began > changed + 1.2:
            return False
        time.sleep(0.05)


def test_what_one_node_issues_the_other_takes_and_what_one_revokes_the_other_refuses_within_a_second(plan):
    first, second = plan.nodes
    tokens = refresh(plan, first, plan.grants(1)[0]).json()
    assert read(second, tokens["access_token"]).status_code == 200
    assert at(first, "/oauth2/revoke", "POST", auth=plan.client, data={"token": tokens["refresh_token"]}).status_code == 200
    assert within_a_second(lambda: read(second, tokens["access_token"]).status_code == 401)
    assert refresh(plan, second, tokens["refresh_token"]).status_code == 400


def test_an_app_that_is_taken_off_the_plan_is_refused_at_every_node_within_a_second(plan, database):
    tokens = refresh(plan, plan.nodes[0], plan.grants(1)[0]).json()
    for node in plan.nodes:
        assert read(node, tokens["access_token"]).status_code == 200
    database.query("DELETE FROM app_plan")
    for node in plan.nodes:
        assert within_a_second(lambda node=node: read(node, tokens["access_token"]).status_code == 401)
        assert refresh(plan, node, tokens["refresh_token"]).status_code in (400, 401)


def test_a_token_is_used_once_at_both_nodes_together(plan):
    text = plan.grants(1)[0]
    answers = []
    workers = [threading.Thread(target=lambda node=node: answers.append(refresh(plan, node, text).status_code)) for node in plan.nodes * 20]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(answers) == [200] + [400] * 39


def test_what_is_imported_at_one_node_is_read_at_the_other(plan, tmp_path):
    access = refresh(plan, plan.nodes[0], plan.grants(1)[0]).json()["access_token"]
    path = "/r4/Observation?status=amended"
    for node in plan.nodes:
        assert at(node, path, headers={"Authorization": f"Bearer {access}"}).json()["total"] == 0
    file = tmp_path / "more.ndjson"
    file.write_text('{"resourceType":"Observation","id":"o1","status":"amended","code":{"text":"weight"},"subject":{"reference":"Patient/ada"}}\n')
    plan.nodes[0].run("import", "--priority", "normal", "--plan", PLAN, str(file))
    for node in plan.nodes:
        assert within_a_second(lambda node=node: at(node, path, headers={"Authorization": f"Bearer {access}"}).json()["total"] == 1)


def test_a_node_without_the_shared_key_is_refused_in_words(plan, tmp_path):
    text = plan.nodes[0].config.read_text()
    config = tmp_path / "other.yaml"
    config.write_text("".join(line + "\n" for line in text.splitlines() if not line.startswith("keyFile")))
    done = subprocess.run([program(), "serve", "--config", str(config)], capture_output=True, text=True, timeout=120)
    assert done.returncode != 0 and "keyFile" in done.stderr


def test_a_backup_is_the_databases_own_and_names_the_folder_that_it_leaves_out(plan, tmp_path):
    config = tmp_path / "other.yaml"
    for more, words in (("", "pg_dump, and its keys"), ("evidenceDirectory: pictures\n", f"then copy {tmp_path}/pictures")):
        config.write_text(plan.nodes[0].config.read_text() + more)
        done = subprocess.run([program(), "backup", "--config", str(config), "--to", str(tmp_path / "copy")], capture_output=True, text=True, timeout=120)
        assert done.returncode != 0 and words in done.stderr, done.stderr


def test_nothing_is_disclosed_while_the_standby_that_must_have_the_entry_is_gone(plan, database):
    """The entry is on the first machine's disk then, which is not where it was promised to be."""
    first = plan.nodes[0]
    access = refresh(plan, first, plan.grants(1)[0]).json()["access_token"]
    assert read(first, access).status_code == 200

    database.standby("nobody")
    for node in plan.nodes:
        answer = requests.get(f"http://127.0.0.1:{node.port}/{PLAN}/r4/Patient/ada", headers={"Host": HOST, "Authorization": f"Bearer {access}"}, timeout=300)
        assert answer.status_code == 503 and "Tideway" not in answer.text
    database.standby("")
    for node in plan.nodes:
        assert read(node, access).status_code == 200


def test_an_entry_whose_commit_was_not_answered_is_on_record_once(plan, database):
    """The session is cut while the commit waits for a standby: it is made by then, and its answer never comes."""
    first = plan.nodes[0]
    access = refresh(plan, first, plan.grants(1)[0]).json()["access_token"]
    assert read(first, access).status_code == 200
    database.standby("nobody")
    waits = lambda what: database.query(f"SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query LIKE '{what}%'")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        answer = pool.submit(read, first, access)
        patiently(lambda: waits("INSERT INTO disclosure_group"), "the entry that waits for a standby")
        database.query(f"SELECT pg_terminate_backend({waits('INSERT INTO disclosure_group')[0][0]})")
        patiently(lambda: waits("UPDATE seal"), "that it is found on record, which waits for the standby as well")
        assert not answer.done()
        database.standby("")
        assert answer.result(120).status_code == 200
    assert first.run("disclosures", "verify") == "2 disclosures, each as it was written.\n"


def begin_load(plan, database, folder, name):
    """An import of one resource, at whose batch no standby answers any more."""
    file = folder / f"{name}-{time.monotonic_ns()}.ndjson"
    os.mkfifo(file)
    load = subprocess.Popen(
        [program(), "import", "--priority", "normal", "--plan", PLAN, "--config", str(plan.nodes[0].config), str(file)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    # It has begun when it opens the file; only its batch commits after that.
    with open(file, "w") as records:
        database.standby("nobody")
        records.write(f'{{"resourceType":"Observation","id":"{name}","status":"final","code":{{"text":"weight"}},"subject":{{"reference":"Patient/ada"}}}}\n')
    return load


def waits_for_standby(load, database, query=""):
    waits = lambda: database.query(f"SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query LIKE '{query}%'") == [["1"]]
    patiently(lambda: load.poll() is not None or waits(), "the commit that waits for a standby")
    assert load.poll() is None, load.stdout.read()


def test_a_batch_is_not_counted_before_the_standby_has_it_however_often_the_database_restarts(plan, database, tmp_path):
    plan.stop()
    load = begin_load(plan, database, tmp_path, "more")
    for _ in range(3):
        waits_for_standby(load, database)
        database.again()
    database.standby("")
    said, _ = load.communicate(timeout=300)
    assert load.returncode == 0 and "1 resource" in said, said
    assert database.query("SELECT version FROM resource WHERE id = 'more'") == [["1"]]


def test_what_a_killed_import_has_left_is_not_counted_either_before_the_standby_has_it(plan, database, tmp_path):
    plan.stop()
    killed = begin_load(plan, database, tmp_path, "left")
    waits_for_standby(killed, database)
    killed.kill()
    killed.wait()
    database.again()
    assert database.query("SELECT version FROM resource WHERE id = 'left'") == [["1"]]
    database.standby("")
    again = begin_load(plan, database, tmp_path, "left")
    waits_for_standby(again, database, "UPDATE clinical_change")
    database.standby("")
    said, _ = again.communicate(timeout=300)
    assert again.returncode == 0 and "1 resource" in said, said
    assert database.query("SELECT version FROM resource WHERE id = 'left'") == [["1"]]


def test_nothing_is_lost_or_doubled_while_a_node_and_the_database_are_killed(plan, database):
    stopping = threading.Event()
    clients = [Client(plan, text, OPERATIONS // 16, stopping, plan.codes(8)) for text in plan.grants(16)]
    loader = Loader(plan, stopping)
    for thread in (*clients, loader):
        thread.start()
    killer, at_least = plan.nodes[1], 2
    rounds = 0
    while rounds < at_least or any(client.is_alive() for client in clients):
        time.sleep(2.5)
        killer.kill()
        killer.start()
        time.sleep(2.5)
        database.again()
        rounds += 1
        if rounds > 120:
            stopping.set()
            break
    stopping.set()
    for thread in (*clients, loader):
        thread.join(600)
    killer.wait()
    result = examine(plan, clients)
    loader.examine()
    print("killed", rounds, "times:", told(result), "loads kept:", len(loader.acknowledged), "of", loader.tries)
    assert result["operations"] + result["ended"] > 0
    # A connection that breaks between the work and the answer ends the grant of a client that tries again; that is how it must be.
    assert result["operations"] > OPERATIONS // 4


def test_nodes_follow_a_standby_that_is_promoted_and_lose_nothing(database, tmp_path):
    # A second server that has everything before it is acknowledged.
    database.query("ALTER SYSTEM SET synchronous_standby_names = '*'; ALTER SYSTEM SET wal_keep_size = '64MB'", database="postgres")
    folder = database.folder.parent / "standby"
    folder.mkdir()
    port = free_port()
    root = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if root:
        subprocess.run(["chown", "postgres", folder], check=True)
    tool = lambda name: str(sorted(ROOT.__class__("/usr/lib/postgresql").glob(f"*/bin/{name}"))[-1])  # noqa: E731
    subprocess.run([*root, tool("pg_basebackup"), "-d", database.base + "postgres", "-D", folder / "data", "-R", "-c", "fast"], check=True)
    with open(folder / "data/postgresql.auto.conf", "a") as settings:
        settings.write(f"port = {port}\nsynchronous_standby_names = ''\n")
    control = [*root, tool("pg_ctl"), "-D", folder / "data", "-w", "-l", folder / "log"]
    subprocess.run([*control, "start"], check=True, stdout=subprocess.DEVNULL)
    plan = None
    try:
        database.query("SELECT pg_reload_conf()", database="postgres")
        end = time.monotonic() + 120
        while database.query("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'", database="postgres") != [["1"]]:
            assert time.monotonic() < end
            time.sleep(0.1)
        hosts = database.base.removeprefix("postgres://payerbridge@").rstrip("/") + f",127.0.0.1:{port}"
        plan = Plan(tmp_path, database, uri=f"postgres://payerbridge@{hosts}/payerbridge?target_session_attrs=read-write")
        stopping = threading.Event()
        clients = [Client(plan, text, 100_000, stopping, plan.codes(20)) for text in plan.grants(8)]
        loader = Loader(plan, stopping)
        for thread in (*clients, loader):
            thread.start()
        time.sleep(3)
        subprocess.run([*root, tool("pg_ctl"), "-D", database.folder / "data", "-m", "immediate", "-w", "stop"], check=True, stdout=subprocess.DEVNULL)
        gone = time.monotonic()
        subprocess.run([*control, "promote"], check=True, stdout=subprocess.DEVNULL)
        before = [len(client.acknowledged) + client.reads for client in clients]
        end = time.monotonic() + 120
        while all(len(client.acknowledged) + client.reads == count for client, count in zip(clients, before)):
            assert time.monotonic() < end, "no node has followed"
            time.sleep(0.02)
        print("answering again after", round(time.monotonic() - gone, 2), "s")
        time.sleep(3)
        stopping.set()
        for thread in (*clients, loader):
            thread.join(600)
        # What the promoted server holds is what counts now.
        database.base = f"postgres://payerbridge@127.0.0.1:{port}/"
        result = examine(plan, clients)
        loader.examine()
        print(told(result), "loads kept:", len(loader.acknowledged), "of", loader.tries)
        assert sum(len(client.acknowledged) + client.reads for client in clients) > sum(before)
    finally:
        if plan:
            plan.stop()
        subprocess.run([*control, "-m", "immediate", "stop"], stdout=subprocess.DEVNULL)
        # The fixture stops the first one.
        subprocess.run([*root, tool("pg_ctl"), "-D", database.folder / "data", "-w", "-l", database.folder / "log", "start"], stdout=subprocess.DEVNULL)
