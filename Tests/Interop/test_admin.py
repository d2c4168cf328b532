"""The operator's port: what it says, that it says it exactly, and that nothing of a member is in it."""

import http.client
import socket
import sqlite3

import pytest
import requests

from mailbox import SandboxMailbox
from metrics import Metrics
from oauth import Member, bearer
from sandbox import free_port
from serving import Server


@pytest.fixture(scope="module")
def watched(start_sandbox):
    """A sandbox with an admin port, a token of its first member, and that member's number of resources."""
    port = free_port()
    sandbox = start_sandbox("--admin-port", str(port), members=0)
    sandbox.admin = port
    play = Member(sandbox, SandboxMailbox(sandbox))
    sandbox.granted = play.tokens(sandbox.member("01-testmemid"))
    return sandbox


def get(sandbox, path, **more):
    return requests.get(f"{sandbox.fhir}/{path}", headers={**bearer(sandbox.granted["access_token"]), "Accept-Encoding": "identity", **more}, timeout=120)


def moved(sandbox, act, name=None, **labels):
    before = Metrics(sandbox.admin)
    act()
    after = Metrics(sandbox.admin)
    return (after.value(name, **labels) - before.value(name, **labels)) if name else (before, after)


def test_health_and_readiness(watched):
    assert requests.get(f"http://127.0.0.1:{watched.admin}/healthz", timeout=120).text == "ok\n"
    ready = requests.get(f"http://127.0.0.1:{watched.admin}/readyz", timeout=120)
    assert (ready.status_code, ready.json()) == (200, {"ready": True})
    assert requests.get(f"http://127.0.0.1:{watched.admin}/demo/r4/metadata", timeout=120).status_code == 404


def test_the_members_listener_has_none_of_it(watched):
    for path in ("metrics", "readyz"):
        assert requests.get(f"{watched.portal}/{path}", timeout=120).status_code == 404


def test_reads_are_counted_exactly(watched):
    patient = watched.granted["patient"]
    get(watched, f"Patient/{patient}")

    def act():
        for _ in range(37):
            assert get(watched, f"Patient/{patient}").status_code == 200
        for _ in range(11):
            assert get(watched, "Observation/not-there").status_code == 404
        for _ in range(5):
            assert get(watched, "Observation?_count=1", **{"Accept-Encoding": "gzip"}).status_code == 200
        for _ in range(3):
            assert requests.get(f"{watched.fhir}/Observation", timeout=120).status_code == 401

    before, after = moved(watched, act)

    def rise(**labels):
        return after.requests(**labels) - before.requests(**labels)

    assert rise(route="/{plan}/r4/{type}/{id}", status="2xx") == 37
    assert rise(route="/{plan}/r4/{type}/{id}", status="4xx") == 11
    assert rise(route="/{plan}/r4/{type}", status="2xx") == 5
    assert rise(route="/{plan}/r4/{type}", status="4xx") == 3
    assert rise(surface="fhir") == 56 == rise()
    name = "payerbridge_request_duration_seconds_count"
    assert after.value(name, surface="fhir") - before.value(name, surface="fhir") == 56
    assert after.value("payerbridge_disclosures_total") - before.value("payerbridge_disclosures_total") == 42
    assert after.value("payerbridge_disclosure_wait_seconds_count") - before.value("payerbridge_disclosure_wait_seconds_count") == 42
    assert after.value("payerbridge_disclosed_resources_total") - before.value("payerbridge_disclosed_resources_total") == 42
    assert after.value("payerbridge_shelf_cache_hits_total") > before.value("payerbridge_shelf_cache_hits_total")


def test_disclosures_agree_with_the_log(watched):
    get(watched, f"Patient/{watched.granted['patient']}/$everything")
    with sqlite3.connect(f"file:{watched.data}/disclosures.sqlite?mode=ro", uri=True) as database:
        count, resources = database.execute("SELECT count(*), sum(resources) FROM disclosure").fetchone()
    scrape = Metrics(watched.admin)
    assert scrape.value("payerbridge_disclosures_total") == count
    assert scrape.value("payerbridge_disclosed_resources_total") == resources


def test_other_surfaces_have_their_own_rows(watched):
    def act():
        requests.post(watched.plan["token"], data={"grant_type": "authorization_code"}, timeout=120)
        requests.get(watched.portal + "/healthz", timeout=120)
        requests.get(watched.portal + "/portal", timeout=120)
        requests.get(watched.portal + "/nothing/here", timeout=120)

    before, after = moved(watched, act)
    assert after.requests(route="/{plan}/oauth2/token", surface="token", status="4xx") - before.requests(route="/{plan}/oauth2/token", status="4xx") == 1
    assert after.requests(route="/healthz", surface="site") - before.requests(route="/healthz") == 1
    assert after.requests(surface="portal") - before.requests(surface="portal") >= 1
    assert after.requests(route="-", status="4xx") - before.requests(route="-", status="4xx") == 1


def test_what_no_route_has_seen_is_counted_too(watched):
    def act():
        for head in ("GET / HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", watched.port), timeout=120) as wire:
                wire.sendall(head.encode())
                assert wire.recv(4096).split(b" ")[1] in (b"400", b"421")

    before, after = moved(watched, act)
    assert after.requests(route="-", surface="site") - before.requests(route="-", surface="site") == 2


def test_what_is_under_way_is_told_and_ends(watched):
    assert Metrics(watched.admin).value("payerbridge_requests_under_way") == 0
    connection = http.client.HTTPConnection("localhost", watched.port, timeout=120)
    connection.putrequest("POST", "/demo/oauth2/token")
    connection.putheader("Content-Type", "application/x-www-form-urlencoded")
    connection.putheader("Content-Length", "20")
    connection.endheaders(b"grant_type")
    try:
        for _ in range(100):
            during = Metrics(watched.admin)
            if during.value("payerbridge_requests_under_way") == 1:
                break
        assert during.value("payerbridge_requests_under_way") == 1 and during.value("payerbridge_connections") >= 1
    finally:
        connection.close()
    for _ in range(200):
        if Metrics(watched.admin).value("payerbridge_requests_under_way") == 0:
            return
    pytest.fail("a request whose client has left is under way for ever")


def test_labels_hold_nobody_and_stay_few(watched):
    patient = watched.granted["patient"]
    for number in range(200):
        get(watched, f"Observation/made-up-{number}?secret-query={number}")
        requests.get(f"{watched.portal}/made-up-{number}", timeout=120)
    scrape = Metrics(watched.admin)
    for secret in (patient, "made-up", "secret-query", "01-testmemid", "Mayte", watched.granted["access_token"], watched.app.client_id):
        assert secret not in scrape.text
    assert len([key for key in scrape.samples if key[0] == "payerbridge_requests_total"]) < 200


def test_the_process_and_the_store_are_told(watched):
    scrape = Metrics(watched.admin)
    for name in ("process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_max_fds", "process_start_time_seconds",
                 "payerbridge_uptime_seconds", "payerbridge_store_up"):
        assert scrape.value(name) > 0, name
    assert scrape.value("payerbridge_store_file_bytes", file="payerbridge.sqlite") > 1_000_000
    kinds = {(dict(labels)["kind"], dict(labels)["state"]) for name, labels in scrape.samples if name == "payerbridge_jobs"}
    assert kinds == {(kind, state) for kind in ("mail", "sync", "transfer") for state in ("waiting", "leased", "failed")}
    with sqlite3.connect(f"file:{watched.data}/payerbridge.sqlite?mode=ro", uri=True) as database:
        waiting = database.execute("SELECT count(*) FROM outbox WHERE delivered_at IS NULL AND given_up_at IS NULL").fetchone()[0]
    # The sandbox hands no mail over, so what was written waits.
    assert scrape.value("payerbridge_jobs", kind="mail", state="waiting") == waiting > 0


def test_a_store_of_another_schema_is_not_ready(tmp_path):
    server = Server(tmp_path)
    try:
        with sqlite3.connect(tmp_path / "data/payerbridge.sqlite") as database:
            version = database.execute("PRAGMA user_version").fetchone()[0]
            database.execute(f"PRAGMA user_version = {version + 1}")
        answer = server.admin("readyz")
        assert answer.status_code == 503 and answer.headers["content-type"] == "application/json"
        assert answer.json()["reason"] == "store" and str(version + 1) in answer.json()["explanation"]
        assert server.admin("healthz").status_code == 200
        with sqlite3.connect(tmp_path / "data/payerbridge.sqlite") as database:
            database.execute(f"PRAGMA user_version = {version}")
        assert server.admin("readyz").status_code == 200
    finally:
        server.stop()
