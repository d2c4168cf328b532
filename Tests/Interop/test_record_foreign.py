"""The receiving plan's service against a sender no one here wrote, which misbehaves: each row has its expected outcome."""

import sqlite3

import pytest

from foreign_sender import CLAIMS, ForeignSender, sample_record
from mailbox import patiently
from record import RecordMember
from walk import Walk

FINAL = ["Is this your record?", "Someone is checking this record", "could not be brought", "This was stopped", "does not belong here"]


@pytest.fixture(scope="module")
def house(start_sandbox):
    return start_sandbox("--password-cost", "5", members=0)


@pytest.fixture(scope="module")
def console(house):
    """The operator at the review console."""
    about = house.about["receiver"]
    walk = Walk(house.portal + "/review/sign-in")
    walk.submit("/sign-in", email=about["operator"], password=about["password"])
    assert walk.page.status == 200, walk.page.text
    return walk


class Foreign:
    """A foreign sender in the directory of the New Health Plan, and a member who brings a record from it."""

    def __init__(self, house, console, sender, name):
        self.house, self.sender = house, sender
        person = house.members[0]
        sender.behaviour.demographics = {
            "name": [{"family": person["lastName"], "given": [person["firstName"]]}], "birthDate": person["birthDate"],
        } | sender.behaviour.demographics
        console.go("GET", house.portal + "/review/payers")
        form = next(form for form in console.page.forms if form.action.endswith("/review/payers"))
        console.go("POST", form.action, data=form.values | {
            "payer_name": name, "payer_address": sender.fhir, "client_id": sender.client_id, "client_secret": sender.secret,
        })
        assert "/review/payers/" in console.page.url, console.page.text
        self.key = console.page.url.rsplit("/", 1)[1]
        self.member = RecordMember(house)

    def bring(self, seconds=180):
        browser = self.member.browser
        browser.go("GET", f"{self.member.root}/plans/{self.key}")
        browser.submit(f"/plans/{self.key}")
        if browser.page.status == 302:
            # This sender's member agrees at once.
            browser.go("GET", browser.page.headers["Location"])
        if "/record/transfers/" not in browser.page.url:
            return browser.page
        url = browser.page.url

        def look():
            page = browser.go("GET", url)
            return any(words in page.text for words in FINAL) and page

        return patiently(look, "an end of the transfer", seconds=seconds)

    def staged(self):
        """What was brought: type/id to the bytes as they came, and the issues by reason."""
        with sqlite3.connect(f"file:{self.house.data}/payerbridge.sqlite?mode=ro", uri=True) as database:
            number, report = database.execute("SELECT number, report FROM transfer ORDER BY number DESC LIMIT 1").fetchone()
            rows = database.execute("SELECT body FROM staged_resource WHERE transfer = ?", (number,)).fetchall()
            issues = database.execute("SELECT type, reason FROM transfer_issue WHERE transfer = ?", (number,)).fetchall()
            legs = database.execute("SELECT name, status, reason FROM transfer_leg WHERE transfer = ?", (number,)).fetchall()
        return {key(row[0]): bytes(row[0]).decode() for row in rows}, issues, legs

    def clear(self):
        page = self.member.page
        if any(form.action.endswith("/discard") for form in page.forms):
            self.member.step("discard")


def key(body):
    import json

    resource = json.loads(body)
    return f"{resource['resourceType']}/{resource['id']}"


ROWS = {
    "well behaved, by searches": ({}, "Is this your record?", None),
    "well behaved, everything at once": ({"everything": "whole"}, "Is this your record?", None),
    "well behaved, everything in pages": ({"everything": "paged", "page_size": 7}, "Is this your record?", None),
    "slow": ({"slow": {"Observation", "Patient"}}, "Is this your record?", None),
    "429 with Retry-After": ({"busy": {"Observation": 1, "Condition": 1}}, "Is this your record?", None),
    "a token that ends midway": ({"expires_after": 3}, "Is this your record?", None),
    "refresh refused": ({"expires_after": 4, "refreshes": False}, "could not be brought", "agree at the other plan again"),
    "broken JSON": ({"broken": {"Condition"}}, "Is this your record?", "an answer is broken"),
    "403 for one type": ({"refusing": {"Condition"}}, "Is this your record?", "403"),
    "$everything refused": ({"everything": "whole", "refusing": {"$everything"}}, "Is this your record?", None),
    "a redirect to another host": ({"redirecting": {"Condition"}}, "Is this your record?", "where nothing is sent"),
    "a next link to another host": ({"page_size": 2, "next_elsewhere": {"Condition"}}, "Is this your record?", "the token was not sent there"),
    "a relative next link": ({"page_size": 2, "next_relative": {"Condition", "Observation"}}, "Is this your record?", None),
    "a next link that goes round": ({"page_size": 2, "next_loop": {"Condition"}}, "Is this your record?", "links back"),
    "entries that are no objects": ({"no_objects": {"Condition"}}, "Is this your record?", "it is no resource"),
    "another patient's resource": ({"strangers": {"Condition"}}, "Is this your record?", "it belongs to another patient"),
    "every resource twice": ({"doubled": {"Condition"}}, "Is this your record?", None),
    "a resource of another type": ({"mistyped": {"Condition"}}, "Is this your record?", "it is not of the type that was asked for"),
    "a resource of 6 MB": ({"huge": {"Condition"}}, "Is this your record?", "it is larger than 5242880 bytes"),
    "claims among the entries": ({"everything": "whole", "claims": {"$everything"}}, "Is this your record?", "never carries"),
    "no patient in the token": ({"names_patient": False}, "could not be brought", None),
    "another person's details": ({"demographics": {"birthDate": "1999-09-09"}}, "Someone is checking this record", None),
    "declined": ({"declines": True}, "This was stopped", None),
    "the wrong iss": ({"iss": "wrong"}, "This was stopped", None),
    "no iss although promised": ({"iss": "missing"}, "This was stopped", None),
    "another state": ({"state": "wrong"}, "does not belong here", None),
}


@pytest.mark.parametrize("row", ROWS)
def test_each_row_ends_as_it_should(house, console, row):
    changes, outcome, told = ROWS[row]
    with ForeignSender(sample_record(), redirect_uris=None, **changes) as sender:
        foreign = Foreign(house, console, sender, f"Foreign {row}")
        page = foreign.bring()
        assert outcome in page.text, page.text
        brought, issues, legs = foreign.staged()
        if told:
            console.go("GET", house.portal + "/review/transfers")
            console.go("GET", next(link for link in console.page.links if "/review/transfers/" in link and "#" not in link))
            shown = console.page.text + str(issues) + str(legs)
            assert told in shown, shown[-1500:]
        assert not [asked for asked in sender.sink.asked if asked.authorization] and not sender.sink.asked
        assert not {name.split("/")[0] for name in brought} & set(CLAIMS)
        if outcome == "Is this your record?":
            # The bytes as they came, but for the Patient, whose details this sender changes.
            missing = set(sender.record) - set(brought)
            assert not {name for name in missing if not name.startswith("Condition/")}, missing
            extra = set(brought) - set(sender.record)
            assert not extra, extra
            assert all(brought[name] == sender.record[name] for name in brought if not name.startswith("Patient/"))
            lost = {"broken", "refusing", "redirecting", "next_elsewhere"} & set(changes)
            assert bool(missing) == bool(lost and "$everything" not in changes.get("refusing", ())), (missing, lost)
        elif outcome != "Someone is checking this record":
            assert not brought or row == "refresh refused"
        foreign.clear()
        console.go("GET", f"{house.portal}/review/payers/{foreign.key}")
        console.submit(f"/payers/{foreign.key}/close")


def test_what_a_sender_changes_is_updated_and_what_it_drops_is_noted(house, console):
    with ForeignSender(sample_record(), redirect_uris=None) as sender:
        foreign = Foreign(house, console, sender, "Foreign that changes")
        foreign.bring()
        foreign.member.step("keep")
        foreign.member.wait("It is part of your record")
        import json

        condition = next(name for name in sender.record if name.startswith("Condition/"))
        resource = json.loads(sender.record[condition])
        sender.put(resource | {"recordedDate": "2020-02-02"})
        dropped = next(name for name in sender.record if name.startswith("Observation/"))
        sender.remove(*dropped.split("/"))
        foreign.bring()
        foreign.member.step("keep")
        page = foreign.member.wait("It is part of your record")
        assert "1 items have changed" in page.text and "1 items were not sent this time" in page.text, page.text
        lines = [json.loads(line) for line in foreign.member.browser.session.get(foreign.member.root + "/record.ndjson", timeout=120).text.splitlines()]
        assert [line for line in lines if line.get("recordedDate") == "2020-02-02"]
        chart = foreign.member.browser.go("GET", foreign.member.root + "/chart/print")
        assert "not sent again" in chart.text
        foreign.member.browser.go("GET", page.url)
        foreign.member.step("undo")
        foreign.member.wait("It was removed")
        lines = [json.loads(line) for line in foreign.member.browser.session.get(foreign.member.root + "/record.ndjson", timeout=120).text.splitlines()]
        assert not [line for line in lines if line.get("recordedDate") == "2020-02-02"], "the version before is back"
