"""Raw HTTP that no client library would send: hosts, headers, lines; and how the program ends."""

import json
import re
import signal
import socket
import time

import pytest
import requests

from mailbox import SandboxMailbox
from oauth import Member, bearer
from scenario import INSIDE


def talk(sandbox, text, patience=10):
    """Sends bytes, reads until the server closes or falls silent; the status of the first answer (0: closed without one) and everything."""
    with socket.create_connection(("localhost", sandbox.port), timeout=patience) as connection:
        connection.settimeout(patience)
        received = b""
        try:
            connection.sendall(text if isinstance(text, bytes) else text.encode("latin-1"))
            while chunk := connection.recv(65536):
                received += chunk
        except (ConnectionResetError, BrokenPipeError, TimeoutError):
            pass
    found = re.match(rb"HTTP/1\.1 (\d{3})", received)
    return int(found[1]) if found else 0, received.decode("latin-1")


def get(path, *headers, host="localhost"):
    lines = [f"GET {path} HTTP/1.1", *([f"Host: {host}"] if host is not None else []), "Connection: close", *headers]
    return "\r\n".join(lines) + "\r\n\r\n"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "10.0.0.1", "", "[::2]"])
def test_a_foreign_host_is_misdirected(sandbox, host):
    status, text = talk(sandbox, get("/healthz", host=host))
    assert status in ((421,) if host else (400, 421)), text
    assert "evil" not in text


@pytest.mark.parametrize("request_text", [
    get("/healthz", host=None), get("/healthz", "Host: evil.example"), get("/healthz", "Host: localhost"),
    get("http://evil.example/healthz"),
], ids=["no host", "two hosts", "the same host twice", "another host in the request line"])
def test_an_unclear_host_is_refused(sandbox, request_text):
    status, text = talk(sandbox, request_text)
    assert status in (400, 404, 421), text


def test_links_are_built_from_the_configuration_and_never_from_the_request(sandbox, granted):
    headers = {
        **bearer(granted["access_token"]), "Host": f"127.0.0.1:{sandbox.port}", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example",
    }
    answer = requests.get(f"http://localhost:{sandbox.port}{sandbox.fhir.split(str(sandbox.port), 1)[1]}/Observation?_count=1", headers=headers, timeout=120)
    assert "evil" not in answer.text
    for link in answer.json()["link"]:
        assert link["url"].startswith(sandbox.fhir + "/Observation?")
    page = requests.get(sandbox.portal + "/", headers={"X-Forwarded-Host": "evil.example"}, timeout=120)
    assert "evil" not in page.text


@pytest.mark.parametrize("headers", [["X-Long: " + "x" * 60_000], [f"X-{n}: 1" for n in range(2000)], ["Cookie: " + "a=b; " * 8000],
                                     ["Authorization: Bearer " + "t" * 40_000]], ids=["long", "many", "cookie", "token"])
def test_huge_headers_are_refused(sandbox, headers):
    status, text = talk(sandbox, get(sandbox_path(sandbox, "/Patient"), *headers))
    assert status == 0 or 400 <= status < 500, text[:300]
    assert_alive(sandbox)


@pytest.mark.parametrize("query", ["x" * 20_000, "_count=" + "9" * 9000, "code=" + "%41" * 5000], ids=["20 KB", "a long number", "escapes"])
def test_a_huge_address_is_refused(sandbox, granted, query):
    status, text = talk(sandbox, get(sandbox_path(sandbox, "/Observation?" + query), "Authorization: Bearer " + granted["access_token"]))
    assert status == 0 or 400 <= status < 500, text[:300]
    assert_alive(sandbox)


@pytest.mark.parametrize("text", [
    b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + bytes(60), b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", b"GET  /  HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nBad Header: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",
    b"POST /demo/oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    b"POST /demo/oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /demo/oauth2/token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
], ids=["TLS", "a version", "spaces", "a header name", "a NUL", "a negative length", "two lengths", "a broken chunk"])
def test_what_is_not_http_does_no_harm(sandbox, text):
    status, answer = talk(sandbox, text, patience=3)
    assert status == 0 or 400 <= status < 500 or status == 505, answer[:300]
    assert not [word for word in INSIDE if word in answer]
    assert_alive(sandbox)


@pytest.mark.parametrize("path", ["/../etc/passwd", "/assets/../../etc/passwd", "/assets/%2e%2e%2fetc%2fpasswd", "/demo/r4/Patient/%2e%2e%2f", "/demo//r4/Patient",
                                  "/demo/r4/Patient/%00", "/%ff", "/demo/oauth2/authorization/" + "a" * 32, "/demo/oauth2/authorization/x/account"])
def test_an_odd_path_is_not_found(sandbox, path):
    status, text = talk(sandbox, get(path))
    assert 400 <= status < 500, text[:300]
    assert "root:" not in text


def test_head_answers_like_get_without_a_body(sandbox, granted):
    for url in (sandbox.fhir + "/metadata", sandbox.fhir + "/Patient", sandbox.portal + "/healthz"):
        got, head = (requests.request(m, url, headers={**bearer(granted["access_token"]), "Accept-Encoding": "identity"}, timeout=120) for m in ("GET", "HEAD"))
        assert head.status_code == 200 and head.content == b""
        assert head.headers["Content-Type"] == got.headers["Content-Type"]
        assert head.headers.get("Content-Length") == got.headers.get("Content-Length")


@pytest.mark.parametrize("path", ["/healthz", "/assets/style.css", "/demo/oauth2/assets/style.css"])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_another_method_on_an_open_page_is_refused_with_what_is_allowed(sandbox, path, method):
    answer = requests.request(method, sandbox.portal + path, timeout=120)
    assert answer.status_code == 405 and "GET" in answer.headers["Allow"]


def test_two_requests_at_once_on_one_connection_get_their_answers_in_order(sandbox):
    first = get("/healthz").replace("Connection: close\r\n", "")
    _, text = talk(sandbox, first + get(sandbox_path(sandbox, "/nothing/here/at/all")))
    assert [int(code) for code in re.findall(r"HTTP/1\.1 (\d{3})", text)][:1] == [200]
    assert len(re.findall(r"HTTP/1\.1 \d{3}", text)) == 2


def test_the_log_shows_no_secret_and_no_person(sandbox, granted, neighbour, whole_record):
    words = sandbox.words()
    for secret in (granted["access_token"], granted["refresh_token"], neighbour["access_token"], "@example.com", "code="):
        assert secret not in words, f"{secret[:12]} is in the log"


def test_it_stops_when_told_and_a_second_start_is_quick_and_knows_the_tokens(start_sandbox):
    first = start_sandbox()
    token = Member(first, SandboxMailbox(first)).tokens(first.member("03-testmemid"))
    assert first.stop(signal.SIGTERM) in (0, -signal.SIGTERM)
    begun = time.monotonic()
    second = start_sandbox(data=first.data)
    spent = time.monotonic() - begun
    answer = requests.get(second.fhir + "/Patient", headers=bearer(token["access_token"]), timeout=120)
    assert answer.status_code == 200 and answer.json()["total"] == 1
    assert spent < 3, f"the second start took {spent:.1f} s"
    assert json.loads((second.data / "sandbox.json").read_text())["portal"].endswith(str(second.port))


def sandbox_path(sandbox, path):
    return "/" + sandbox.fhir.split("//", 1)[1].split("/", 1)[1] + path


def assert_alive(sandbox):
    assert requests.get(sandbox.portal + "/healthz", timeout=120).status_code == 200
