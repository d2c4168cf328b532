"""What `payerbridge receive` makes of a sender that is not ours, well-behaved and in every way not."""

import json
import signal
import subprocess
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from foreign_sender import CLAIMS, ForeignSender, sample_record
from mailbox import patiently
from receiver import Receiver, contents, receipt
from sandbox import App, free_port


@pytest.fixture
def sender():
    with ForeignSender(sample_record()) as sender:
        yield sender


class Received:
    """One run of the command against the sender, with a browser that opens every address it prints."""

    def __init__(self, sender, folder, *options):
        app = App({"clientId": sender.client_id, "clientSecret": sender.secret, "redirectUris": [f"http://127.0.0.1:{free_port()}/callback"]})
        place = SimpleNamespace(fhir=sender.fhir, data=folder / "data", plan={"authorize": sender.authorize})
        self.out = folder / "out"
        self.receiver = Receiver(place, app, self.out, *options, secret=sender.secret)
        self.opened, self.came_back = [], []

    def run(self):
        """The exit status."""
        process = self.receiver.process
        while process.poll() is None:
            for address in self._new_addresses():
                self.opened.append(address)
                # The command may be gone before its own page was sent.
                try:
                    self.came_back.append(requests.get(address, timeout=120).status_code)
                except requests.ConnectionError:
                    pass
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                pass
        return self.receiver.end()

    def _new_addresses(self):
        lines = [line.strip() for line in self.receiver.words.splitlines()]
        return [line for line in lines if line.startswith("http") and "/authorize?" in line and line not in self.opened]

    @property
    def words(self):
        return self.receiver.words

    @property
    def keys(self):
        return {f"{type}/{resource['id']}" for type, found in contents(self.out).items() for resource in found}

    @property
    def receipt(self):
        return receipt(self.out)


@pytest.mark.parametrize("everything", ["none", "whole", "paged"])
def test_a_sender_that_is_well_gives_its_whole_record_byte_for_byte(sender, tmp_path, everything):
    sender.behaviour.everything = everything
    received = Received(sender, tmp_path)
    assert received.run() == 0, received.words
    kept = {}
    for path in received.out.glob("*.ndjson"):
        for line in path.read_text().splitlines():
            kept[f"{path.stem}/{json.loads(line)['id']}"] = line
    assert kept == sender.record
    assert not sender.sink.asked


# What is changed, the exit status (3: not everything came; what never was the member's record is not missed), and what the receipt or the
# words must hold. What else there is arrives in every row.
ROWS = {
    "answers drip": ({"slow": {"Observation", "Patient"}}, 0, None),
    "429 twice": ({"busy": {"Observation": 1, "Condition": 1}}, 0, "Trying again in 1 s"),
    "a token that ends after every third request": ({"expires_after": 3}, 0, None),
    "a short life that was announced": ({"expires_in": 0}, 0, None),
    "no refresh token at all": ({"gives_refresh": False}, 0, None),
    "refresh refused, so that the member is asked again": ({"expires_after": 4, "refreshes": False, "page_size": 50}, 0, None),
    "broken JSON": ({"broken": {"Condition"}}, 3, "an answer is broken"),
    "a body that is cut off": ({"cut": {"Condition"}}, 3, "ended in the middle of its answer"),
    "500 for one type": ({"failing": {"Condition"}}, 3, "the server answered 500"),
    "403 for one type": ({"refusing": {"Condition"}}, 0, "not shared"),
    "a redirect to another host": ({"redirecting": {"Condition"}}, 3, "where nothing is sent"),
    "a next link to another host": ({"page_size": 2, "next_elsewhere": {"Condition"}}, 3, "the token was not sent there"),
    "a relative next link": ({"page_size": 2, "next_relative": {"Condition", "Observation"}}, 0, None),
    "a next link that goes round": ({"page_size": 2, "next_loop": {"Condition"}}, 3, "links back"),
    "entries that are no objects": ({"no_objects": {"Condition"}}, 0, "it is no resource"),
    "another patient's resource": ({"strangers": {"Condition"}}, 0, "it belongs to another patient"),
    "every resource twice": ({"doubled": {"Condition"}}, 0, None),
    "a resource of another type": ({"mistyped": {"Condition"}}, 0, "it is not of the type that was asked for"),
    "a resource of 6 MB": ({"huge": {"Condition"}}, 0, "it is larger than 5242880 bytes"),
    "claims among the entries": ({"claims": {"Condition", "Observation"}}, 0, "it is not of the type that was asked for"),
    "a gzip bomb for whoever asks for gzip": ({"bomb": {"Condition", "Observation", "Patient"}}, 0, None),
    "no iss, and none promised": ({"iss": "missing", "promises_iss": False}, 0, None),
    "a patient with other demographics, which this command compares with nothing": ({"demographics": {"birthDate": "1999-09-09"}}, 0, None),
}


@pytest.mark.parametrize("row", ROWS)
def test_what_a_sender_does_wrong_costs_that_and_no_more(sender, tmp_path, row):
    changes, status, told = ROWS[row]
    for name, value in changes.items():
        setattr(sender.behaviour, name, value)
    received = Received(sender, tmp_path, "--parallel", "1")
    assert received.run() == status, received.words
    assert told is None or told in received.words + json.dumps(received.receipt), received.words
    # Where the type failed as a whole nothing of it may be there, and nothing but it may be missing.
    missing = set(sender.record) - received.keys
    assert not {key for key in missing if not key.startswith("Condition/")}, missing
    assert received.keys <= set(sender.record), "something was kept that is not the member's record"
    assert not {key.split("/")[0] for key in received.keys} & set(CLAIMS)
    assert all(len(found) == len({resource["id"] for resource in found}) for found in contents(received.out).values())
    assert not [asked for asked in sender.sink.asked if asked.authorization], "the token went to another host"
    assert not sender.sink.asked
    if not {"failing", "refusing", "broken", "cut", "redirecting", "next_elsewhere", "next_loop"} & set(changes):
        assert not missing


def test_tokens_are_refreshed_with_the_newest_refresh_token(sender, tmp_path):
    sender.behaviour.expires_after = 2
    sender.behaviour.page_size = 2
    received = Received(sender, tmp_path, "--parallel", "1")
    assert received.run() == 0, received.words
    used = [asked.form["refresh_token"] for asked in sender.refreshes()]
    assert len(used) > 2 and len(set(used)) == len(used)
    assert len(received.opened) == 1, "the member was not asked again"


def test_when_no_refresh_is_possible_the_member_is_asked_again_but_not_for_ever(sender, tmp_path):
    sender.behaviour.expires_after, sender.behaviour.gives_refresh = 1, False
    received = Received(sender, tmp_path, "--parallel", "1")
    assert received.run() == 1
    assert len(received.opened) == 2 and "keeps refusing its own tokens" in received.words


@pytest.mark.parametrize("changes, told", [
    ({"names_patient": False}, "names no patient"), ({"iss": "wrong"}, "not from"), ({"iss": "missing"}, "unnamed server"), ({"declines": True}, "declined"),
    ({"token_patient": "../admin"}, "not a FHIR id"),
], ids=lambda value: str(value)[:40])
def test_an_answer_that_proves_nothing_reads_nothing(sender, tmp_path, changes, told):
    for name, value in changes.items():
        setattr(sender.behaviour, name, value)
    received = Received(sender, tmp_path)
    assert received.run() == 1
    assert told in received.words and not contents(received.out)
    assert not [asked for asked in sender.asked if (asked.authorization or "").startswith("Bearer")]


def test_an_answer_with_another_state_is_not_ours_and_is_waited_past(sender, tmp_path):
    sender.behaviour.state = "wrong"
    received = Received(sender, tmp_path)
    address = patiently(received._new_addresses, "the authorize address")[0]
    assert requests.get(address, timeout=120).status_code == 400
    assert not [asked for asked in sender.asked if asked.path == "/auth/token"]
    sender.behaviour.state = "right"
    assert requests.get(address, timeout=120).status_code == 200
    assert received.receiver.end() == 0, received.words


def test_what_was_cut_off_by_a_kill_goes_on_where_it_was(sender, tmp_path):
    for resource in sample_record(observations=200)[1:201]:
        sender.put(resource)
    sender.behaviour.page_size, sender.behaviour.slow, sender.behaviour.drip = 5, {"Observation"}, 0.01
    first = Received(sender, tmp_path)
    address = patiently(first._new_addresses, "the authorize address")[0]
    requests.get(address, timeout=120)
    patiently(lambda: len(sender.asked_for("Observation")) > 5, "a first part of the record")
    first.receiver.process.send_signal(signal.SIGKILL)
    assert first.receiver.end() == -signal.SIGKILL
    sender.behaviour.slow = set()
    second = Received(sender, tmp_path)
    assert second.run() == 0, second.words
    assert second.opened == [] and second.keys == set(sender.record)


# The sender itself: a test double that is wrong would make every test above worthless.


def tokens(sender, verifier="v" * 43, **changes):
    """By hand: what the member's browser and the receiving app do."""
    challenge = "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM"  # SHA-256 of 43 times v, base64url
    query = {"response_type": "code", "client_id": sender.client_id, "redirect_uri": "http://127.0.0.1:1/cb", "state": "s", "aud": sender.fhir,
             "code_challenge": challenge, "code_challenge_method": "S256"}
    answer = requests.get(sender.authorize, params={**query, **changes}, allow_redirects=False, timeout=120)
    if answer.status_code != 302:
        return answer
    back = {name: value[0] for name, value in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
    assert back["state"] == "s" and back["iss"] == sender.issuer
    form = {"grant_type": "authorization_code", "code": back["code"], "redirect_uri": query["redirect_uri"], "code_verifier": verifier,
            "client_id": sender.client_id, "client_secret": sender.secret}
    return requests.post(sender.token, data=form, timeout=120)


def read(sender, path, access, **query):
    """As a stream: what this server says on purpose is not held to FHIR."""
    return requests.get(f"{sender.fhir}/{path}", params=query, headers={"Authorization": f"Bearer {access}"}, stream=True, timeout=120)


def test_the_sender_checks_the_verifier_the_client_and_the_request(sender):
    assert tokens(sender).status_code == 200
    assert tokens(sender, verifier="w" * 43).json()["error"] == "invalid_grant"
    assert tokens(sender, aud="https://elsewhere.example").status_code == 400
    assert tokens(sender, code_challenge_method="plain").status_code == 400
    sender.redirect_uris = ["https://us.example/cb"]
    assert tokens(sender).status_code == 400
    assert requests.post(sender.token, data={"grant_type": "authorization_code", "client_id": sender.client_id, "client_secret": "wrong"}, timeout=120).status_code == 401


def test_the_sender_takes_codes_and_refresh_tokens_once(sender):
    first = tokens(sender).json()
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"], "client_id": sender.client_id, "client_secret": sender.secret}
    second = requests.post(sender.token, data=form, timeout=120)
    assert second.status_code == 200 and second.json()["patient"] == "foreign-1"
    assert requests.post(sender.token, data=form, timeout=120).json()["error"] == "invalid_grant"
    assert read(sender, "Observation", second.json()["access_token"], patient="foreign-1").json()["total"] == 7
    assert read(sender, "Observation", "made-up", patient="foreign-1").status_code == 401
    assert read(sender, "Observation", first["access_token"], patient="somebody-else").status_code == 404


@pytest.mark.parametrize("everything, pages", [("whole", 1), ("paged", 4)])
def test_the_senders_everything_gives_all_there_is(sender, everything, pages):
    access = tokens(sender).json()["access_token"]
    assert read(sender, "Patient/foreign-1/$everything", access).status_code == 404
    sender.behaviour.everything, sender.behaviour.page_size = everything, 4
    keys, address, count = set(), f"{sender.fhir}/Patient/foreign-1/$everything?_count=4", 0
    while address:
        bundle = requests.get(address, headers={"Authorization": f"Bearer {access}"}, timeout=120).json()
        keys |= {f"{entry['resource']['resourceType']}/{entry['resource']['id']}" for entry in bundle["entry"]}
        address = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), None)
        count += 1
    assert keys == set(sender.record) and count == pages
    assert len(sender.asked_for("$everything")) == pages + 1


def test_the_sender_misbehaves_as_told(sender):
    access = tokens(sender).json()["access_token"]
    search = lambda type="Condition": read(sender, type, access, patient="foreign-1")
    behaviour = sender.behaviour
    behaviour.bomb = {"Condition"}
    bomb = search()
    assert bomb.headers["Content-Encoding"] == "gzip" and int(bomb.headers["Content-Length"]) < 1 << 23
    bomb.close()
    behaviour.bomb, behaviour.claims, behaviour.strangers, behaviour.mistyped = set(), {"Condition"}, {"Condition"}, {"Condition"}
    ids = {entry["resource"]["id"] for entry in search().json()["entry"]}
    assert ids >= {"co1", "of-a-stranger", "mistyped", "forbidden-coverage", "forbidden-claim", "forbidden-explanationofbenefit"}
    behaviour.claims, behaviour.strangers, behaviour.mistyped, behaviour.busy = set(), set(), set(), {"Condition": 1}
    assert search().status_code == 429 and search().status_code == 200
    behaviour.redirecting = {"Condition"}
    assert search().json()["total"] == 0 and sender.sink.asked[-1].path == "/fhir/Condition", "requests follows, and the sink sees it"
    behaviour.redirecting, behaviour.broken = set(), {"Condition"}
    with pytest.raises(ValueError):
        search().json()
    behaviour.broken, behaviour.cut = set(), {"Condition"}
    with pytest.raises(requests.RequestException):
        search().json()
    behaviour.cut, behaviour.demographics = set(), {"birthDate": "1999-09-09"}
    assert read(sender, "Patient/foreign-1", access).json()["birthDate"] == "1999-09-09"
    assert json.loads(sender.record["Patient/foreign-1"])["birthDate"] == "1980-02-29"
    sender.expire()
    assert search().status_code == 401
