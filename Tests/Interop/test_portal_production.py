"""Production access in a browser, at a server with a sandbox plan and a real one: evidence, review with a second factor, the directory."""

import base64
import hashlib
import hmac
import os
import struct
import subprocess
import time

import pytest
import requests

from browser import CHROMIUM
from mailbox import fresh_address, patiently
from portal import PASSWORD, Developer, Reviewer, link_in
from sandbox import free_port, program

pytestmark = pytest.mark.skipif(not os.access(CHROMIUM, os.X_OK), reason=f"no browser at {CHROMIUM} (apt-get install chromium)")


def one_time_code(key):
    """RFC 6238 with the usual parameters, written here once more."""
    mac = hmac.new(base64.b32decode(key), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    offset = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[offset:offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


@pytest.fixture(scope="module")
def site(tmp_path_factory, mail_server):
    """`payerbridge serve` with an open portal: its address, its mailbox, and how to run the program on it."""
    mailbox, smtp = mail_server()
    folder, port = tmp_path_factory.mktemp("portal"), free_port()
    config = folder / "payerbridge.yaml"
    config.write_text(
        f"listen: 127.0.0.1:{port}\npublicAddress: http://localhost:{port}\ndataDirectory: data\nportal: open\n"
        f"mail:\n  host: 127.0.0.1\n  port: {smtp}\n  security: none\n  from: no-reply@p2p.example\n"
        "plans:\n  - id: demo\n    name: Demo Health Plan\n    environment: sandbox\n    codeAddress: typed\n"
        "  - id: north\n    name: North Health Plan\n"
    )
    log = open(folder / "serve.log", "wb")
    process = subprocess.Popen([program(), "serve", "--config", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def answers():
        try:
            return requests.get(f"http://localhost:{port}/healthz", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    patiently(answers, "the server")

    def run(*arguments):
        done = subprocess.run([program(), *arguments, "--config", str(config)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    yield f"http://localhost:{port}", mailbox, run
    process.terminate()
    process.wait(120)
    log.close()


def test_evidence_review_and_the_directory(visit, site, tmp_path):
    address, mailbox, run = site
    words = run("reviewer", "add", "--email", "robin@north.example", "--name", "Robin Reviewer")
    link = next(word for word in words.split() if word.startswith(address))
    reviewing = visit("en", "desk")
    reviewing.page.goto(link)
    reviewing.look("reviewer-password").fill(password=PASSWORD).press("Set the password", "reviewer-password-set")
    reviewer = Reviewer(reviewing, {"address": address + "/review", "email": "robin@north.example", "password": PASSWORD})
    reviewing.press("Sign in", "reviewer-sign-in").fill(email="robin@north.example", password=PASSWORD).press("Sign in", "reviewer-factor")
    key = reviewing.page.locator("main dl code").first.inner_text()
    reviewing.fill(code=one_time_code(key)).press("Turn the second factor on", "reviewer-queue")

    # What is the same in the sandbox was judged there.
    developer = Developer(visit("en", "phone", checked=False), address, mailbox)
    developer.sign_up()
    developer.create_app("https://app.lakeside.example/callback")
    sponsor_address = fresh_address("maria").replace("@example.com", "@lakeside.example")
    developer.ask_verification(sponsor_address)
    sponsor = visit("en", "phone", checked=False)
    sponsor.page.goto(link_in(mailbox.newest(sponsor_address), address + "/portal/sponsor/"))
    sponsor.press("Confirm: this request is ours", "thanks")
    reviewer.open_case("Lakeside Records")
    reviewer.decide("Approve", "", "verified")
    developer.until("Synced")
    developer.visitor.checked = True
    developer.visitor.press("Open the production request", "production-empty").press("Send the request", "production-incomplete")

    picture = tmp_path / "screen of the consent.png"
    developer.page.screenshot(path=picture)
    developer.page.set_input_files("[name=file]", str(picture))
    # The script sends it and shows how far it has come; the page then comes anew.
    with developer.page.expect_navigation():
        developer.page.get_by_role("button", name="Add the file").click()
    developer.visitor.look("production-file")
    assert "screen of the consent.png" in developer.visitor.text
    developer.visitor.fill(note="A made-up member consents.").press("Send the request", "production-sent")
    reviewer.open_case("Production access: Lakeside Records")
    assert "A made-up member consents." in reviewing.text and "No code was ever exchanged" in reviewing.text
    with reviewing.page.expect_download() as download:
        reviewing.page.get_by_role("link", name="screen of the consent.png").click()
    assert download.value.path().read_bytes() == picture.read_bytes()
    reviewer.decide("Ask for changes", "Show the record too.", "changes")
    developer.open("/production").look("production-changes").press("Send the request", "production-again")
    reviewer.open_case("Production access: Lakeside Records")
    reviewer.decide("Approve", "", "approved")
    developer.until("North Health Plan")
    developer.visitor.look("application-production").press("Open the endpoint directory", "directory")
    assert f"{address}/north/r4" in developer.visitor.text

    app = {"client_id": developer.client_id, "redirect_uri": "https://app.lakeside.example/callback"}
    known = lambda: requests.get(f"{address}/north/oauth2/authorize/payer2payer", params=app, allow_redirects=False, timeout=120).status_code == 303
    patiently(known, "the app at the real plan")
    reviewing.press(developer.client_id, "review-application")
    reviewing.page.get_by_label("Decision").select_option(label="Suspend")
    reviewing.fill(message="Unusual calls.").press("Decide about Lakeside Records", "suspended")
    assert not known()
    developer.open().look("application-suspended")
    assert "Unusual calls." in developer.visitor.text
