"""`payerbridge receive` gets what fhirpy gets, and an interruption neither loses nor doubles anything."""

import signal
import stat

import pytest
import requests

from mailbox import patiently
from receiver import Receiver, contents, receipt
from sandbox import free_port
from validators import assert_valid


@pytest.fixture(scope="module")
def payer(sandbox):
    """An app whose address is on a port that nothing else here uses; the ready app's is 8765."""
    return sandbox.add_app("Receiving Payer", f"http://127.0.0.1:{free_port()}/callback")


@pytest.fixture(scope="module")
def received(sandbox, payer, play, mayte, tmp_path_factory):
    receiver = Receiver(sandbox, payer, tmp_path_factory.mktemp("received") / "out")
    receiver.agree(play, mayte)
    assert receiver.end() == 0, receiver.words
    return receiver


def lines(out):
    """Lines on disk while the command runs; a finished file changes its name, perhaps between the look and the reading."""
    count = 0
    for path in [*out.glob("*.ndjson"), *out.glob("*.part")]:
        try:
            count += path.read_bytes().count(b"\n")
        except FileNotFoundError:
            pass
    return count


def by_id(resources):
    return {resource["id"]: resource for resource in resources}


def test_what_lies_on_disk_is_what_fhirpy_fetched(received, whole_record):
    record = contents(received.out)
    for type in set(record) | {type for type, found in whole_record.items() if found}:
        if type in ("Organization", "Practitioner", "PractitionerRole", "Location", "Medication"):
            assert by_id(record[type]).items() <= by_id(whole_record[type]).items(), type
            continue
        assert len(record[type]) == len(by_id(record[type])), f"{type} is doubled"
        assert by_id(record[type]) == by_id(whole_record[type]), type


def test_whoever_is_referred_to_was_received_too(received):
    record = contents(received.out)
    known = {f"{type}/{resource['id']}" for type, found in record.items() for resource in found}
    asked = {part["individual"]["reference"] for encounter in record["Encounter"] for part in encounter.get("participant", []) if "reference" in part.get("individual", {})}
    assert asked and asked <= known, sorted(asked - known)[:5]


def test_the_receipt_tells_the_truth(received, sandbox, granted):
    told = receipt(received.out)
    record = contents(received.out)
    assert told["complete"] is True and told["failures"] == [] and told["rejected"] == []
    assert told["member"]["patient"] == granted["patient"] and told["member"]["birthDate"] == "2011-01-04"
    assert told["source"]["fhirBase"].rstrip("/") == sandbox.fhir
    assert {entry["type"]: entry["count"] for entry in told["types"] if entry["count"]} == {type: len(found) for type, found in record.items()}
    assert told["resources"] == sum(map(len, record.values()))


def test_nothing_on_disk_is_a_claim_or_a_secret(received, payer):
    files = [path for path in received.out.rglob("*") if path.is_file()]
    assert not {path.stem for path in files} & {"ExplanationOfBenefit", "Coverage", "Claim", "ClaimResponse"}
    for path in files:
        content = path.read_text()
        assert payer.secret not in content and "p2pa_" not in content and "p2pr_" not in content, path.name
    assert payer.secret not in received.words and "p2pa_" not in received.words


def test_what_was_received_is_valid_and_for_its_owner_alone(received):
    assert_valid(resource for found in contents(received.out).values() for resource in found[:20])
    assert stat.S_IMODE(received.out.stat().st_mode) == 0o700


def test_it_says_what_it_did(received):
    assert "Mayte822" in received.words and "Observation" in received.words


def test_a_finished_folder_is_not_overwritten(received, sandbox, payer):
    before = {path.name: path.read_bytes() for path in received.out.glob("*.ndjson")}
    again = Receiver(sandbox, payer, received.out)
    assert again.end() == 1, again.words
    assert {path.name: path.read_bytes() for path in received.out.glob("*.ndjson")} == before


def test_a_receive_that_was_killed_midway_goes_on_and_ends_with_the_same_set(received, sandbox, payer, play, mayte, tmp_path):
    out = tmp_path / "out"
    # Small pages, one at a time: so that there is a middle to be killed in.
    slow = ["--page-size", "3", "--parallel", "1"]
    first = Receiver(sandbox, payer, out, *slow)
    first.agree(play, mayte)
    patiently(lambda: lines(out) > 30, "a first part of the record")
    first.process.send_signal(signal.SIGKILL)
    assert first.end() == -signal.SIGKILL, "it was done before it could be killed"
    assert not (out / "receipt.json").exists()

    second = Receiver(sandbox, payer, out)
    assert second.end() == 0, "it asks nobody again: " + second.words
    assert "Going on with an interrupted receive" in second.words
    whole, resumed = contents(received.out), contents(out)
    assert {type: by_id(found) for type, found in resumed.items()} == {type: by_id(found) for type, found in whole.items()}
    assert {type: len(found) for type, found in resumed.items()} == {type: len(found) for type, found in whole.items()}
    assert receipt(out)["complete"] is True


def test_a_member_who_says_no_ends_it_without_a_record(sandbox, payer, play, mayte, tmp_path):
    receiver = Receiver(sandbox, payer, tmp_path / "out")
    requests.get(play.walk(receiver.authorize_url(), mayte, decision="deny"), timeout=120)
    assert receiver.end() == 1
    assert "access_denied" in receiver.words or "did not agree" in receiver.words
    assert not contents(tmp_path / "out")


def test_a_wrong_secret_is_told_plainly(sandbox, payer, play, mayte, tmp_path):
    receiver = Receiver(sandbox, payer, tmp_path / "out", secret="wrong")
    receiver.agree(play, mayte)
    assert receiver.end() == 1
    assert "invalid_client" in receiver.words and "Fatal" not in receiver.words
