"""A kept record is served again by the same FHIR API, under a member's grant and an operator's, and written as files for the next payer."""

import json
import re
import subprocess

import pytest
import requests

from api import API
from mailbox import SandboxMailbox
from record import RecordMember
from sandbox import program


@pytest.fixture(scope="module")
def house(start_sandbox):
    return start_sandbox(members=0)


@pytest.fixture(scope="module")
def kept(house):
    member = RecordMember(house)
    member.agree(mailbox=SandboxMailbox(house))
    member.wait("Is this your record?")
    member.step("keep")
    member.wait("It is part of your record")
    lines = member.browser.session.get(member.root + "/record.ndjson", timeout=120).text.splitlines()
    return [json.loads(line) for line in lines]


def run(house, *words, status=0):
    done = subprocess.run(
        [program(), *words, "--data", str(house.data), "--plan", "new"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def token(house, kept):
    words = run(house, "apps", "add", "--name", "Our warehouse", "--redirect-uris", "http://localhost:9/x")
    client = re.search(r"app-[a-z0-9]+", words)[0]
    words = run(house, "grants", "issue", "NEW-1001", "--client-id", client, "--reason", "Olga Operator: nightly load")
    assert "Olga Operator: nightly load" in run(house, "grants", "list", "NEW-1001")
    return re.search(r"p2pa_\S+", words)[0]


def test_every_kept_resource_can_be_read_and_found(house, kept, token):
    fhir = house.about["receiver"]["fhir"]
    patient = next(line for line in kept if line["resourceType"] == "Patient")["id"]
    api = API(fhir, token, patient)
    for kind in ("Condition", "MedicationRequest", "Immunization", "Encounter", "AllergyIntolerance"):
        found = {entry["id"]: entry for entry in api.all(f"{kind}?patient={patient}&_count=200")}
        assert found == {line["id"]: line for line in kept if line["resourceType"] == kind}
    observation = next(line for line in kept if line["resourceType"] == "Observation")
    assert api.get(f"Observation/{observation['id']}") == observation
    # Who sent it can be asked for, and is named beside this plan, which sends it now.
    bundle = api.get(f"Observation?_id={observation['id']}&_revinclude=Provenance:target")
    who = {entry["resource"]["agent"][0]["who"]["display"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Provenance"}
    assert {"Demo Health Plan", "New Health Plan"} <= who
    everything = [entry["resource"] for page in api.pages(f"Patient/{patient}/$everything?_count=500") for entry in page["entry"]]
    assert {f"{entry['resourceType']}/{entry['id']}" for entry in everything} >= {f"{line['resourceType']}/{line['id']}" for line in kept}


def test_the_files_of_an_export_hold_the_record(house, kept, token, tmp_path):
    words = run(house, "export", "--member", "NEW-1001", "--out", str(tmp_path / "out"))
    assert "Observation.ndjson" in words
    written = [json.loads(line) for file in sorted((tmp_path / "out").glob("*.ndjson")) for line in file.read_text().splitlines()]
    name = lambda line: f"{line['resourceType']}/{line['id']}"
    assert {name(line): line for line in written} == {name(line): line for line in kept} and len(written) == len(kept)
    assert {file.stat().st_mode & 0o77 for file in (tmp_path / "out").iterdir()} == {0}
    assert "is not empty" in run(house, "export", "--out", str(tmp_path / "out"), status=1)
    run(house, "export", "--out", str(tmp_path / "all"))
    assert {file.name for file in (tmp_path / "all").iterdir()} == {file.name for file in (tmp_path / "out").iterdir()}


def test_the_next_payer_can_be_sent_to(house, kept, token, tmp_path):
    """What was exported here can be imported by another plan, without a warning."""
    run(house, "export", "--member", "NEW-1001", "--out", str(tmp_path / "out"))
    configuration = tmp_path / "next.yaml"
    configuration.write_text(
        f"publicAddress: https://next.example.com\ndataDirectory: {tmp_path}/next\nplans:\n  - id: next\n    name: Next Plan\n"
    )
    done = subprocess.run(
        [program(), "import", "--config", str(configuration), "--plan", "next", str(tmp_path / "out")], capture_output=True, text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(kept):,}" in done.stdout + done.stderr


def test_without_a_token_nothing_is_served(house, kept):
    assert requests.get(house.about["receiver"]["fhir"] + "/Observation", timeout=60).status_code == 401


def test_a_grant_needs_a_reason_an_app_and_a_record(house, kept, token):
    assert "no member" in run(house, "grants", "issue", "NEW-9", "--client-id", "x", "--reason", "r", status=1)
    assert "no record" in run(house, "grants", "issue", "NEW-1002", "--client-id", "x", "--reason", "r", status=1)
    assert "No app x" in run(house, "grants", "issue", "NEW-1001", "--client-id", "x", "--reason", "r", status=1)
    run(house, "grants", "issue", "NEW-1001", "--client-id", "x", "--reason", "", status=64)
