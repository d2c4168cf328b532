"""The operator's port where the store is a database of its own: it tells of the pool, and a database that hangs does not hang it."""

import secrets
import signal
import subprocess
import threading

import pytest
import requests

from mailbox import patiently
from metrics import Metrics
from nodes import HOST, Node, database_in


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    with database_in(tmp_path_factory.mktemp("postgres")) as made:
        yield made


@pytest.fixture(scope="module")
def node(database, tmp_path_factory):
    folder = tmp_path_factory.mktemp("node")
    key = folder / "key"
    key.write_bytes(secrets.token_bytes(32))
    key.chmod(0o600)
    node = Node(folder / "one", database.uri, key).start()
    patiently(lambda: ready(node).status_code == 200, "the node")
    yield node
    node.process.terminate()
    assert node.process.wait(120) == 0


def ready(node):
    try:
        return requests.get(f"http://127.0.0.1:{node.admin}/readyz", timeout=120)
    except requests.ConnectionError:
        return requests.Response()


def hold(database, how):
    """Stops every process of the database where it is, or lets them go on."""
    first = (database.folder / "data/postmaster.pid").read_text().split("\n")[0]
    children = subprocess.run(["pgrep", "-P", first], capture_output=True, text=True).stdout.split()
    subprocess.run(["kill", f"-{how.name.removeprefix('SIG')}", first, *children], check=True)


def test_the_pool_and_the_jobs_are_told(node):
    scrape = Metrics(node.admin)
    assert scrape.value("payerbridge_store_up") == 1
    assert scrape.value("payerbridge_store_sessions", state="open") >= 1
    assert scrape.value("payerbridge_store_disclosures_unfolded") == 0
    assert len([key for key in scrape.samples if key[0] == "payerbridge_jobs"]) == 9


def test_a_database_that_hangs_does_not_hang_the_port(database, node):
    stop = threading.Event()

    def ask():
        while not stop.is_set():
            try:
                requests.get(f"http://127.0.0.1:{node.port}/north/r4/Patient", timeout=2,
                             headers={"Host": HOST, "Authorization": "Bearer p2pa_" + secrets.token_urlsafe(32)})
            except requests.RequestException:
                pass

    # More than there are threads for requests to wait on.
    clients = [threading.Thread(target=ask) for _ in range(60)]
    hold(database, signal.SIGSTOP)
    try:
        for client in clients:
            client.start()
        patiently(lambda: 'payerbridge_requests_under_way' in healthy(node) and waiting(node) >= 40, "requests to pile up")
        assert requests.get(f"http://127.0.0.1:{node.admin}/healthz", timeout=120).text == "ok\n"
        answer = ready(node)
        assert answer.status_code == 503 and answer.json()["reason"] == "store"
    finally:
        hold(database, signal.SIGCONT)
        stop.set()
        for client in clients:
            client.join()
    patiently(lambda: ready(node).status_code == 200, "the node to be ready again")


def healthy(node):
    return requests.get(f"http://127.0.0.1:{node.admin}/metrics", timeout=120).text


def waiting(node):
    line = next(line for line in healthy(node).splitlines() if line.startswith("payerbridge_requests_under_way "))
    return int(line.split()[1])


def test_a_schema_of_another_program_is_not_ready(database, node):
    version = int(database.query("SELECT version FROM store_schema")[0][0])
    database.query(f"UPDATE store_schema SET version = {version + 1}")
    try:
        answer = ready(node)
        assert answer.status_code == 503 and str(version + 1) in answer.json()["explanation"]
    finally:
        database.query(f"UPDATE store_schema SET version = {version}")
    assert ready(node).status_code == 200
