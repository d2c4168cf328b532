"""A plan that shares some types, five years and nothing restricted: the API, `explain` and the log of disclosures say the same."""

import datetime
import json
import sqlite3
import subprocess
import time

import pytest

from oauth import bearer
from sandbox import program
from served import RECORDS, Served
from validators import assert_valid

RELEASE = """\
    release:
      memberAuthorized:
        types: [Patient, Observation, Condition, Organization, Provenance]
        serviceYears: 5
        withheldLabels: [R, V]
"""
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
NEVER, TYPE = "Its type never leaves in this exchange.", "Its type is not among those this plan shares through this channel."


def resource(type, id, label=None, **more):
    meta = {"meta": {"security": [{"system": CONFIDENTIALITY, "code": label}]}} if label else {}
    return json.dumps({"resourceType": type, "id": id, **meta, **more})


def observation(id, date, label=None, **more):
    when = {"effectiveDateTime": str(date)} if date else {}
    return resource("Observation", id, label, status="final", code={"text": "x"}, subject={"reference": "Patient/north-ada"}, **when, **more)


def condition(id, **more):
    return resource("Condition", id, code={"text": "x"}, subject={"reference": "Patient/north-ada"}, **more)


DAY = datetime.timedelta(days=1)
VISIT = {"encounter": {"reference": "Encounter/north-visit"}, "performer": [{"reference": "Organization/north-clinic"}, {"reference": "Practitioner/north-doctor"}]}
TYPES = ["Patient", "Observation", "Condition", "Organization", "Provenance"]


def today():
    """A day (UTC) that lasts as long as the tests of this file, since the years that are shared begin anew at midnight."""
    now = datetime.datetime.now(datetime.timezone.utc)
    left = (now + DAY).replace(hour=0, minute=0, second=0, microsecond=0) - now
    if left < datetime.timedelta(minutes=5):
        time.sleep(left.total_seconds() + 1)
    return datetime.datetime.now(datetime.timezone.utc).date()


class Sent:
    """What the plan has, seen from this day: what it shares, what it holds back and why, and where its shared years begin."""

    def __init__(self, today):
        self.start = start = (today if (today.month, today.day) != (2, 29) else today - DAY).replace(year=today.year - 5)
        self.old = old = f"Its date of service is before {start}, where the shared years begin."
        self.shared = {
            "Observation/new": observation("new", today - DAY, **VISIT), "Observation/first-day": observation("first-day", start),
            "Observation/undated": observation("undated", None), "Observation/normal": observation("normal", today - DAY, "N"),
            "Condition/lasting": condition("lasting", onsetDateTime="1999-01-01"),
            "Condition/just-over": condition("just-over", onsetDateTime="1999-01-01", abatementDateTime=str(start + DAY)),
            "Organization/north-clinic": resource("Organization", "north-clinic", name="Clinic"),
        }
        self.held = {
            "Observation/day-before": (observation("day-before", start - DAY), old), "Observation/old": (observation("old", "2001"), old),
            "Observation/restricted": (observation("restricted", today - DAY, "R"), f"It is labelled {CONFIDENTIALITY}|R, which this plan holds back."),
            "Observation/very": (observation("very", today - DAY, "V"), f"It is labelled {CONFIDENTIALITY}|V, which this plan holds back."),
            "Condition/over": (condition("over", onsetDateTime="1999", abatementDateTime="2000"), old),
            "Encounter/north-visit": (resource("Encounter", "north-visit", status="finished", subject={"reference": "Patient/north-ada"},
                                               **{"class": {"code": "AMB"}}, period={"start": str(today - DAY)}), TYPE),
            "Practitioner/north-doctor": (resource("Practitioner", "north-doctor", name=[{"family": "Hidden"}]), TYPE),
            "Coverage/north-cover": (None, NEVER), "ExplanationOfBenefit/north-eob": (None, NEVER),
        }

    @property
    def lines(self):
        own = [line for line in RECORDS["north"] if '"Observation"' not in line]
        return [*own, *self.shared.values(), *(line for line, _ in self.held.values() if line)]


@pytest.fixture(scope="module")
def served(tmp_path_factory, mail_server):
    mailbox, port = mail_server()
    # Not when this file is read, which may be long before.
    sent = Sent(today())
    served = Served(tmp_path_factory.mktemp("release"), port, {"north": sent.lines}, RELEASE)
    served.sent = sent
    answer = served.redeem("north", served.code("north", mailbox))
    assert answer.status_code == 200, answer.text
    served.token = answer.json()["access_token"]
    served.front = served.browser()
    served.asked = []
    yield served
    served.stop()


def ask(served, path, method="GET", **more):
    headers = {**bearer(served.token), "Accept-Encoding": "identity", **more.pop("headers", {})}
    answer = served.front.request(method, f"https://api.north.example/r4/{path}", headers=headers, timeout=60, **more)
    served.asked.append((method, path, answer))
    return answer


def found(answer):
    assert answer.status_code == 200, answer.text
    assert_valid([answer.content])
    bundle = answer.json()
    return {f"{entry['resource']['resourceType']}/{entry['resource']['id']}" for entry in bundle.get("entry", []) if "transmission-" not in entry["resource"]["id"]}


def explain(served, *more):
    return served.run("explain", "--config", str(served.config), "--plan", "north", "--member", "N-1", *more)


def test_only_what_the_policy_lets_go_is_read(served):
    for place in served.sent.shared:
        assert ask(served, place).status_code == 200, place
    for place in served.sent.held:
        type = place.split("/")[0]
        answer, absent = ask(served, place), ask(served, f"{type}/there-is-none")
        assert answer.status_code == (404 if type in TYPES else 403) == absent.status_code, place
        assert answer.content == absent.content, f"{place} shows that it is there"


def test_only_what_the_policy_lets_go_is_found(served):
    expected = {"Patient/north-ada", *served.sent.shared}
    for type in TYPES:
        own = {place for place in expected if place.startswith(type + "/")}
        assert found(ask(served, f"{type}?_count=100")) == own
        assert type == "Provenance" or ask(served, f"{type}?_summary=count").json()["total"] == len(own)
        if type in ("Observation", "Condition"):
            assert found(ask(served, f"Patient/north-ada/{type}")) == own
    for type in ("Encounter", "Practitioner", "Coverage"):
        assert ask(served, type).status_code == 403
    assert found(ask(served, "Observation?date=lt2010")) == set() == found(ask(served, f"Observation?_security={CONFIDENTIALITY}|R"))
    assert found(ask(served, "Observation?_security=N")) == {"Observation/normal"}


def test_nothing_held_back_comes_along_or_decides(served):
    assert found(ask(served, "Observation?_id=new&_include=*")) == {"Observation/new", "Organization/north-clinic", "Patient/north-ada"}
    assert found(ask(served, "Observation?encounter.status=finished")) == set()
    assert found(ask(served, "Observation?performer:Practitioner.family=Hidden")) == set()
    assert found(ask(served, "Observation?performer:Organization.name=Clinic")) == {"Observation/new"}
    for held in ("old", "restricted"):
        assert found(ask(served, f"Patient?_has:Observation:patient:_id={held}")) == set()
    assert found(ask(served, "Patient?_has:Observation:patient:_id=new")) == {"Patient/north-ada"}
    everything = ask(served, "Patient/north-ada/$everything")
    assert found(everything) == {"Patient/north-ada", *served.sent.shared}
    for place in served.sent.held:
        if place.split("/")[0] in TYPES:
            assert f'"{place}"' not in everything.text, "no Provenance of the transmission names what is held back"


def test_metadata_names_the_types_of_the_policy_alone(served):
    statement = served.front.get("https://api.north.example/r4/metadata", timeout=60).json()
    assert {entry["type"] for entry in statement["rest"][0]["resource"]} == set(TYPES)
    assert_valid([json.dumps(statement)])


def test_explain_says_of_each_resource_what_the_api_does(served):
    for place in (*served.sent.shared, "Patient/north-ada"):
        assert explain(served, "--resource", place) == f"{place} is shared.\n"
    for place, (_, why) in served.sent.held.items():
        assert explain(served, "--resource", place) == f"{place} is held back. {why}\n"


def test_explain_counts_what_the_api_counts(served):
    words = explain(served)
    assert f"Service since {served.sent.start} is shared." in words and f"{CONFIDENTIALITY}|R, {CONFIDENTIALITY}|V" in words
    rows = {line.split()[0]: line.split(maxsplit=3) for line in words.splitlines() if len(line.split()) > 2 and line.split()[1].isdigit()}
    assert rows["Observation"][1:3] == ["4", "4"] and rows["Condition"][1:3] == ["2", "1"] and rows["Encounter"][1:] == ["0", "1", TYPE]
    assert rows["Coverage"][1:] == ["0", "1", NEVER] and f"2: {served.sent.old}" in rows["Observation"][3]
    for type in ("Observation", "Condition", "Patient"):
        assert int(rows[type][1]) == ask(served, f"{type}?_summary=count").json()["total"]


def test_the_overview_of_a_member_knows_the_policy_too(served):
    words = served.run("members", "show", "--config", str(served.config), "--plan", "north", "N-1")
    assert [line.split()[-1] for line in words.splitlines() if line.startswith("Encounter")] != ["yes"]


@pytest.mark.parametrize("written, told", [
    ("types: [Coverage]", "Coverage is never shared in this exchange."), ("types: [Nonsense]", "Nonsense is not a resource type of FHIR R4."),
    ("types: [Account]", "Account cannot be shared here. These can: "), ("serviceYears: 0", "serviceYears must be a whole number from 1 to 100."),
    ("withheldLabels: [x|]", "must be a code or system|code."), ("years: 5", "years is not known here. Known: types, serviceYears, withheldLabels."),
])
def test_a_policy_that_cannot_be_meant_is_refused_with_its_line(served, tmp_path, written, told):
    config = tmp_path / "payerbridge.yaml"
    head = served.config.read_text().split("    release:")[0]
    config.write_text(f"{head}    release:\n      memberAuthorized:\n        {written}\n")
    done = subprocess.run([program(), "serve", "--config", str(config)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and told in done.stdout + done.stderr and f"payerbridge.yaml:{len(head.splitlines()) + 3}" in done.stdout + done.stderr


# The log of disclosures.

def listed(served):
    words = served.run("disclosures", "list", "--config", str(served.config), "--plan", "north", "N-1", "--limit", "10000")
    head, *rows = words.splitlines()
    starts = [head.index(name) for name in ("AT", "APP", "GRANT", "INTERACTION", "RESOURCES", "ASKED FOR")]
    return [[row[start:end].strip() for start, end in zip(starts, [*starts[1:], None])] for row in rows]


def test_the_log_lists_exactly_what_was_given_away(served):
    for path, method, more in (
        ("Observation/_search", "POST", {"data": {"code:text": "x"}}), ("Patient/$everything", "POST", {}), ("DocumentReference/$docref?patient=north-ada", "GET", {}),
        ("Observation/new/_history/1", "GET", {}), ("Observation/new", "GET", {"headers": {"If-None-Match": 'W/"1"'}}), ("Observation?code:text=x", "GET", {"headers": {"Accept-Encoding": "gzip"}}),
        ("Observation", "GET", {"headers": {"Accept": "application/fhir+xml"}}), ("Observation", "DELETE", {}), ("Patient/another/Observation", "GET", {}),
        ("Observation?_count=x", "GET", {}), ("Observation?_summary=count", "GET", {}), ("metadata", "GET", {}),
    ):
        ask(served, path, method, **more)
    given = [(method, path, answer) for method, path, answer in served.asked if answer.status_code == 200 and path != "metadata"]
    rows = listed(served)
    assert len(rows) == len(given) > 30
    for (at, app, grant, interaction, count, target), (method, path, answer) in zip(reversed(rows), given):
        assert datetime.datetime.fromisoformat(at.replace("Z", "+00:00")) and app == "Payer" and grant.isdigit()
        form = "?code:text=x" if method == "POST" and path.endswith("_search") else ""
        assert target == path.replace("|", "%7C") + form, "what was asked for, also when a form said it"
        body = answer.json()
        assert int(count) == (len(body.get("entry", [])) if body["resourceType"] == "Bundle" else 1)
        kind = "$everything" if "$everything" in path else "vread" if "_history" in path else "search" if body["resourceType"] == "Bundle" else "read"
        assert interaction == kind, path
    assert f"{len(rows)} disclosures, each as it was written.\n" == served.run("disclosures", "verify", "--config", str(served.config))


def verify(served):
    done = subprocess.run([program(), "disclosures", "verify", "--config", str(served.config)], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def change_database(file, change=None):
    """Everything that waits beside the file goes into it."""
    database = sqlite3.connect(file, isolation_level=None)
    if change:
        database.execute(change)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    database.close()


def test_one_changed_byte_in_the_log_shows(served):
    """Last, since it stops the server."""
    served.stop()
    file = served.folder / "data/disclosures.sqlite"
    change_database(file)
    assert verify(served)[0] == 0
    whole = file.read_bytes()
    place = whole.index(b"Observation/first-day") + 3
    file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:])
    status, words = verify(served)
    assert status == 1 and "is not as it was written." in words, words
    for change in ("UPDATE disclosure SET resources = resources + 1 WHERE number = 5", "DELETE FROM disclosure WHERE number = 5",
                   "UPDATE seal SET digest = zeroblob(32) WHERE last = (SELECT max(last) FROM seal)", "DELETE FROM seal WHERE last = (SELECT max(last) FROM seal)"):
        file.write_bytes(whole)
        change_database(file, change)
        assert verify(served)[0] == 1, change
    file.write_bytes(whole)
    assert verify(served)[0] == 0
