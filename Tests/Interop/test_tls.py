"""TLS spoken by the server itself: versions, names, certificates that change while connections go on."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import threading

import pytest
import requests
import trustme

from mailbox import patiently
from serving import Server
from test_program import assert_told, run

TLS = "tls:\n  certificate: chain.pem\n  key: key.pem\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    authority = trustme.CA()
    authority.path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(authority.path)
    return authority


def place(authority, folder, **more):
    """A fresh certificate where the configuration says it lies; gives its serial number."""
    folder.mkdir(exist_ok=True)
    leaf = authority.issue_cert("p2p.example", **more)
    (folder / "chain.pem").write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    leaf.private_key_pem.write_to_path(folder / "key.pem")
    os.chmod(folder / "key.pem", 0o600)
    return serial_of(folder / "chain.pem")


def serial_of(path):
    out = subprocess.run(["openssl", "x509", "-in", str(path), "-noout", "-serial"], capture_output=True, text=True, check=True).stdout
    return int(out.strip().split("=")[1], 16)


@pytest.fixture
def server(authority, tmp_path):
    folder = tmp_path / "tls"
    serial = place(authority, folder)
    server = Server(folder, TLS + "portal: open\n")
    server.serial = serial
    server.authority = authority
    yield server
    server.stop()


class Connection:
    """One connection, on which requests follow one another."""

    def __init__(self, server, **more):
        context = ssl.create_default_context(cafile=server.authority.path)
        context.set_alpn_protocols(more.get("alpn", ["http/1.1"]))
        raw = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        self.wire = context.wrap_socket(raw, server_hostname="p2p.example")
        self.file = self.wire.makefile("rb")

    @property
    def serial(self):
        return int(self.wire.getpeercert()["serialNumber"], 16)

    def get(self, path):
        self.wire.sendall(f"GET {path} HTTP/1.1\r\nHost: p2p.example\r\n\r\n".encode())
        status = int(self.file.readline().split()[1])
        headers = {}
        while (line := self.file.readline()) != b"\r\n":
            name, value = line.decode().split(":", 1)
            headers[name.lower()] = value.strip()
        body = self.file.read(int(headers.get("content-length", 0)))
        return status, headers, body


def test_it_speaks_tls_and_nothing_else(server):
    connection = Connection(server)
    status, headers, body = connection.get("/healthz")
    assert (status, body) == (200, b"ok\n")
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert connection.wire.selected_alpn_protocol() == "http/1.1"
    assert connection.wire.version() == "TLSv1.3"
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{server.port}/healthz", timeout=60)
    assert Connection(server, alpn=["h2"]).wire.selected_alpn_protocol() is None
    # The operator's port stays as it is: it is this machine's.
    assert server.admin("readyz").status_code == 200


def test_every_answer_says_to_come_by_https(server):
    connection = Connection(server)
    for path in ("/one/r4/metadata", "/one/r4/Patient", "/portal", "/nothing", "/one/oauth2/authorize/payer2payer"):
        assert connection.get(path)[1]["strict-transport-security"], path


def test_cookies_are_bound_to_the_host(server):
    cookies = Connection(server).get("/portal/sign-in")[1].get("set-cookie", "")
    assert cookies.startswith("__Host-") and "Secure" in cookies, cookies


def s_client(server, *options):
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-servername", "p2p.example", "-CAfile", str(server.authority.path), *options],
        input="", capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_old_versions_are_refused(server, version):
    status, words = s_client(server, version, "-cipher", "ALL:@SECLEVEL=0")
    assert status != 0 and "Cipher is (NONE)" in words and "alert protocol version" in words, words


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_new_versions_are_taken(server, version):
    status, words = s_client(server, version, "-verify_return_error")
    assert status == 0 and "Verify return code: 0 (ok)" in words, words


@pytest.mark.parametrize("cipher", ["AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES256-SHA384"])
def test_weak_suites_are_refused(server, cipher):
    status, words = s_client(server, "-tls1_2", "-cipher", cipher + ":@SECLEVEL=0")
    assert status != 0 and "Cipher is (NONE)" in words, words


def test_curl_comes_in(server):
    done = subprocess.run(
        ["curl", "-sS", "--fail", "--cacert", str(server.authority.path), "--resolve", f"p2p.example:{server.port}:127.0.0.1",
         f"https://p2p.example:{server.port}/healthz", "-H", "Host: p2p.example"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and done.stdout == "ok\n", done.stderr


def reload_and_wait(server, words):
    before = server.words().count(words)
    server.send(signal.SIGHUP)
    patiently(lambda: server.words().count(words) > before, f"{words}: {server.words()}")


def test_a_new_certificate_is_taken_while_connections_go_on(server):
    old = Connection(server)
    assert old.serial == server.serial and old.get("/healthz")[0] == 200
    stop, statuses = threading.Event(), []

    def ask():
        while not stop.is_set():
            statuses.append(old.get("/one/r4/metadata")[0])

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for _ in range(5):
            serial = place(server.authority, server.folder)
            reload_and_wait(server, "new connections have the new certificate")
            fresh = Connection(server)
            assert fresh.serial == serial and fresh.get("/healthz")[0] == 200
    finally:
        stop.set()
        asking.join()
    assert statuses and set(statuses) == {200}
    assert old.get("/healthz")[0] == 200 and old.serial == server.serial
    not_after = next(line for line in server.admin("metrics").text.splitlines() if line.startswith("payerbridge_tls_certificate_not_after_seconds "))
    assert int(not_after.split()[1]) == int(ssl.cert_time_to_seconds(fresh.wire.getpeercert()["notAfter"]))


def test_a_bad_certificate_is_refused_and_the_old_one_stays(server, tmp_path):
    good = tmp_path / "good"
    shutil.copytree(server.folder, good, ignore=shutil.ignore_patterns("data"))

    def spoil(name, content, mode=0o600):
        (server.folder / name).write_bytes(content)
        os.chmod(server.folder / name, mode)
        reload_and_wait(server, "the new certificate was refused; the old one stays")
        assert Connection(server).serial == server.serial
        shutil.copy2(good / name, server.folder / name)

    spoil("chain.pem", b"nonsense")
    spoil("chain.pem", b"")
    spoil("key.pem", b"nonsense")
    spoil("key.pem", (good / "key.pem").read_bytes(), mode=0o644)
    other = server.authority.issue_cert("p2p.example")
    spoil("chain.pem", other.cert_chain_pems[0].bytes())
    (server.folder / "key.pem").unlink()
    reload_and_wait(server, "the new certificate was refused; the old one stays")
    assert Connection(server).serial == server.serial
    assert "PRIVATE KEY" not in server.words()


def test_an_expired_certificate_is_not_taken_anew(server):
    from datetime import datetime, timedelta, timezone

    place(server.authority, server.folder, not_after=datetime.now(timezone.utc) - timedelta(days=1))
    reload_and_wait(server, "the new certificate was refused; the old one stays")
    assert "has run out" in server.words() and Connection(server).serial == server.serial


def test_sighup_without_tls_ends_nothing(tmp_path):
    server = Server(tmp_path)
    try:
        reload_and_wait(server, "nothing was read again")
        assert server.admin("readyz").status_code == 200
    finally:
        assert server.stop() == 0


@pytest.mark.parametrize("spoil, expected", [
    (lambda folder: (folder / "chain.pem").unlink(), "chain.pem"), (lambda folder: (folder / "key.pem").unlink(), "key.pem"),
    (lambda folder: os.chmod(folder / "key.pem", 0o604), "chmod"), (lambda folder: (folder / "key.pem").write_text("x"), "key.pem"),
], ids=["no certificate", "no key", "key for all", "no key in it"])
def test_a_start_without_its_certificate_says_what_is_wrong(authority, tmp_path, spoil, expected):
    place(authority, tmp_path)
    config = tmp_path / "payerbridge.yaml"
    config.write_text(f"publicAddress: https://p2p.example\nlisten: 127.0.0.1:1{tmp_path.stat().st_ino % 10000:04}\ndataDirectory: data\n{TLS}plans:\n  - id: one\n    name: One\n")
    spoil(tmp_path)
    assert_told(*run("serve", "--config", config, seconds=120), expected)


def test_tls_wants_an_https_address(authority, tmp_path):
    place(authority, tmp_path)
    config = tmp_path / "payerbridge.yaml"
    config.write_text(f"publicAddress: http://p2p.example\ndataDirectory: data\n{TLS}plans:\n  - id: one\n    name: One\n")
    assert_told(*run("serve", "--config", config, seconds=120), "https://")
