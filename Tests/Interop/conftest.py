"""One sandbox for all tests, and members who walk through its pages.

Run: `pip install -r requirements.txt`, then `pytest` here. PAYERBRIDGE_PROGRAM names the program (else the debug build),
PAYERBRIDGE_SCREENSHOTS a folder for pictures of every page. Debian: chromium for the browser tests, faketime for test_time.py, curl.
"""

import os
import pathlib
import subprocess
import sys
from types import SimpleNamespace

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from fhirpy import SyncFHIRClient  # noqa: E402

import corners  # noqa: E402
from api import API  # noqa: E402
from browser import CHROMIUM, WIDTHS, Visitor  # noqa: E402
from judge import Judge  # noqa: E402
from mailbox import SMTPMailbox, SandboxMailbox  # noqa: E402
from oauth import Member  # noqa: E402
from sandbox import ROOT, Sandbox, program  # noqa: E402

MAYTE = "01-testmemid"
LITTLE = "03-testmemid"
SMTP_SERVERS = (ROOT / "Tests/Support/smtp_server.py", ROOT / "Tests/MailTests/smtp_server.py")
SERVER = next((path for path in SMTP_SERVERS if path.exists()), None)


def pytest_sessionstart(session):
    if not os.access(program(), os.X_OK):
        pytest.exit(f"There is no program at {program()}. Build it (swift build) or set PAYERBRIDGE_PROGRAM.", returncode=4)


@pytest.fixture(scope="session", autouse=True)
def judge():
    """Every FHIR answer of the run is read by a validator that no one here wrote."""
    with Judge() as judge:
        yield judge
    print(f"\n{judge.count} FHIR answers judged by fhirkit-rs")


@pytest.fixture(scope="session")
def start_sandbox(tmp_path_factory):
    """Starts further sandboxes; all are stopped at the end."""
    started = []

    def start(*options, data=None, **more):
        data = data or tmp_path_factory.mktemp("sandbox") / "data"
        started.append(Sandbox(data, *options, **more))
        return started[-1]

    yield start
    for sandbox in started:
        sandbox.stop()


@pytest.fixture(scope="session")
def sandbox(start_sandbox):
    return start_sandbox()


@pytest.fixture(scope="session")
def mailbox(sandbox):
    return SandboxMailbox(sandbox)


@pytest.fixture(scope="session")
def member_walk(sandbox, mailbox):
    """member_walk(authorize_url, member, email=None, decision="allow") gives the address the member is sent back to."""
    return Member(sandbox, mailbox).walk


@pytest.fixture(scope="session")
def play(sandbox, mailbox):
    return Member(sandbox, mailbox)


@pytest.fixture(scope="session")
def mayte(sandbox):
    """The member of the seed."""
    return sandbox.member(MAYTE)


@pytest.fixture(scope="session")
def granted(play, mayte):
    """A token answer for the seed's member, for tests that only read."""
    return play.tokens(mayte)


@pytest.fixture(scope="session")
def neighbour(play, sandbox):
    """A token answer for another member."""
    return play.tokens(sandbox.member(LITTLE))


@pytest.fixture(scope="session")
def stranger(sandbox):
    """Another app of the same plan."""
    return sandbox.add_app("Another Payer", "https://another-payer.example/callback")


@pytest.fixture(scope="session")
def public_app(sandbox):
    """An app without a secret."""
    return sandbox.add_app("Phone App", "https://phone-app.example/callback", "--public")


@pytest.fixture(scope="session")
def other(start_sandbox):
    """Another server with the same members: its codes and tokens are worth nothing at the first."""
    sandbox = start_sandbox(members=0)
    play = Member(sandbox, SandboxMailbox(sandbox))
    return SimpleNamespace(sandbox=sandbox, play=play, tokens=play.tokens(sandbox.member(MAYTE)))


@pytest.fixture(scope="session")
def mail_server(tmp_path_factory):
    """start(port) runs a test SMTP server; gives its mailbox and its port."""
    assert SERVER, "smtp_server.py is not where it was"
    running = []

    def start(port=0):
        folder = tmp_path_factory.mktemp("mail")
        command = [sys.executable, str(SERVER), "--port", str(port), "--dir", str(folder)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        running.append(process)
        return SMTPMailbox(folder), int(process.stdout.readline().removeprefix("listening "))

    yield start
    for process in running:
        process.terminate()
        process.wait(60)
        process.stdout.close()


@pytest.fixture(scope="session")
def fhirpy_client(sandbox, granted):
    return SyncFHIRClient(sandbox.fhir, authorization=f"Bearer {granted['access_token']}")


@pytest.fixture(scope="session")
def whole_record(fhirpy_client, granted):
    """Everything fhirpy can fetch, by type, as plain values."""
    statement = fhirpy_client.execute("metadata", method="get")
    record = {}
    for resource in statement["rest"][0]["resource"]:
        type, known = resource["type"], {parameter["name"] for parameter in resource["searchParam"]}
        search = fhirpy_client.resources(type)
        if "patient" in known:
            search = search.search(patient=granted["patient"])
        record[type] = [found.serialize() for found in search.fetch_all()]
    return record


@pytest.fixture(scope="session")
def complete(start_sandbox, tmp_path_factory):
    """A sandbox whose first member has something for every search of US Core to find: its `api`, `metadata`, and the `record` by type."""
    sandbox = start_sandbox(members=0)
    play = Member(sandbox, SandboxMailbox(sandbox))
    granted = play.tokens(sandbox.member(MAYTE))
    api = API(sandbox.fhir, granted["access_token"], granted["patient"])
    file = tmp_path_factory.mktemp("corners") / "corners.ndjson"
    corners.write(api.get(f"Patient/{api.patient}"), file)
    subprocess.run([program(), "import", "--priority", "normal", "--data", str(sandbox.data), str(file)], check=True, capture_output=True, timeout=600)
    metadata = api.get("metadata")
    types = {entry["type"]: entry for entry in metadata["rest"][0]["resource"]}
    record = {type: api.all(type, {"_count": "1000"}) for type in types}
    return SimpleNamespace(sandbox=sandbox, play=play, granted=granted, api=api, metadata=metadata, types=types, record=record)


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--headless=new", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium):
    """visit(language, width) opens a fresh browser; it fails the test on a script error, a blocked resource or a failed request.

    `forgives` is a part of the one message of the browser that the test itself brings about.
    """
    contexts = []

    def open(language="en", width="desk", checked=True, forgives="422", **more):
        size = WIDTHS[width]
        context = chromium.new_context(
            locale={"en": "en-US", "es": "es-MX"}[language], viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", **more
        )
        context.set_default_timeout(60_000)
        complaints = []
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        known = ("422", forgives)
        context.on("console", lambda said: complaints.append(said.text) if said.type == "error" and not any(part in said.text for part in known) else None)
        page = context.new_page()
        contexts.append((context, complaints))
        return Visitor(page, f"{language}-{width}", checked)

    yield open
    for context, complaints in contexts:
        context.close()
        assert not complaints, complaints
