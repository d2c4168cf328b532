"""The receiving plan as a member meets it: from the old plan's agreement to a record that is kept, brought again, undone and thrown away."""

import json

import pytest
import requests

from record import RecordMember


@pytest.fixture(scope="module")
def house(start_sandbox):
    return start_sandbox(members=0)


@pytest.fixture(scope="module")
def post(house):
    from mailbox import SandboxMailbox

    return SandboxMailbox(house)


def lines(member):
    answer = member.browser.session.get(member.root + "/record.ndjson", timeout=120)
    if answer.status_code == 404:
        return []
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/fhir+ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_record_is_brought_looked_at_kept_brought_again_and_undone(house, post):
    member = RecordMember(house)
    member.agree(mailbox=post)
    ready = member.wait("Is this your record?")
    assert "Mayte822 Venegas795" in ready.text and "January 4, 2011" in ready.text
    assert lines(member) == [], "nothing is kept before the member has looked"
    member.step("keep")
    kept = member.wait("It is part of your record")
    assert "items are new" in kept.text
    first = lines(member)
    names = [f"{line['resourceType']}/{line['id']}" for line in first]
    assert len(set(names)) == len(names) > 1000
    # Every reference leads to something of the record, to something inside its own resource, or says that it lies elsewhere.
    for line in first:
        for reference in references(line):
            assert reference in names or reference.startswith(("#", "http")), reference
    patient = next(line for line in first if line["resourceType"] == "Patient")
    transmitters = [
        line for line in first if line["resourceType"] == "Provenance" and line["agent"][0]["who"].get("display") == "Demo Health Plan"
    ]
    own = [line for line in transmitters if line["id"] not in {"transmission"} and len(line["id"]) == 32]
    covered = {target["reference"] for line in own for target in line["target"]}
    assert {name for name in names if not name.startswith("Provenance/")} <= covered | {f"Patient/{patient['id']}"}
    assert not {line["resourceType"] for line in first} & {"ExplanationOfBenefit", "Coverage", "Claim", "ClaimResponse"}

    member.agree(mailbox=post)
    member.wait("Is this your record?")
    member.step("keep")
    again = member.wait("It is part of your record")
    assert "Nothing changed" in again.text
    assert lines(member) == first

    member.step("undo")
    member.wait("It was removed")
    assert lines(member) == first, "the earlier transfer still holds"
    home = member.browser.go("GET", member.root)
    kept_page = next(link for link in home.links if "/transfers/" in link and "In your record" in member.browser.go("GET", link).text)
    member.browser.go("GET", kept_page)
    member.step("undo")
    member.wait("It was removed")
    assert lines(member) == []


def references(value):
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "reference" and isinstance(inner, str):
                yield inner
            else:
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_another_persons_record_waits_for_the_plan_and_is_not_kept(house, post):
    member = RecordMember(house, number=1)
    member.agree(mailbox=post, member=house.members[2])
    page = member.wait("Someone is checking this record")
    assert "Nothing of it is in your record" in page.text
    assert not [form for form in page.forms if form.action.endswith("/keep")]
    # Nor by a form that is not there.
    token = page.forms[0].values["form_token"]
    answer = member.browser.session.post(page.url + "/keep", data={"form_token": token}, allow_redirects=False, timeout=60)
    assert answer.status_code == 409
    member.step("discard")
    assert "Nothing of it is in your record" in member.page.text
    assert lines(member) == []


def test_saying_no_at_the_old_plan_ends_it(house, post):
    member = RecordMember(house, number=3)
    browser = member.browser
    browser.go("GET", member.root)
    browser.follow("/record/plans")
    browser.go("GET", next(link for link in browser.page.links if "/record/plans/" in link))
    browser.submit(browser.page.url.rsplit("/record", 1)[1])
    browser.submit("/cancel")
    assert "This was stopped" in browser.page.text and "/record/transfers/" in browser.page.url


def test_a_member_sees_only_their_own(house, post):
    mine = RecordMember(house, number=4)
    mine.agree(mailbox=post)
    mine.wait("Is this your record?")
    other = RecordMember(house, number=3)
    answer = other.browser.session.get(mine.page.url, timeout=60)
    assert answer.status_code == 404
    token = other.browser.go("GET", other.root).forms[0].values["form_token"]
    for action in ("keep", "discard", "undo"):
        assert other.browser.session.post(f"{mine.page.url}/{action}", data={"form_token": token}, timeout=60).status_code == 404
    assert requests.get(mine.page.url, allow_redirects=False, timeout=60).status_code == 303
    mine.step("discard")


def test_an_answer_that_was_not_asked_for_is_not_used(house):
    member = RecordMember(house, number=3)
    for query in ("", "?state=x", "?code=c&state=" + "a" * 43, "?code=a&code=b&state=x", "?error=access_denied&state=zzz"):
        answer = member.browser.session.get(member.root + "/callback" + query, timeout=60)
        assert answer.status_code == 400 and "does not belong here" in answer.text


def test_another_browser_cannot_finish_what_this_one_began(house, post):
    member = RecordMember(house, number=3)
    browser = member.browser
    browser.redirect_uri = member.root + "/callback"
    browser.go("GET", member.root)
    browser.follow("/record/plans")
    browser.go("GET", next(link for link in browser.page.links if "/record/plans/" in link))
    browser.submit(browser.page.url.rsplit("/record", 1)[1])
    browser.identify(house.members[3])
    if browser.page.url.endswith("/email"):
        browser.prove("other-browser@example.com", post)
    browser.submit("/consent", decision="allow", decider="member")
    assert browser.callback.startswith(member.root + "/callback?")
    stranger = RecordMember(house, number=2)
    answer = stranger.browser.session.get(browser.callback, timeout=60)
    assert answer.status_code == 403 and "does not belong here" in answer.text
    browser.redirect_uri = ""
    page = browser.go("GET", browser.callback)
    assert page.status == 200 and "/record/transfers/" in page.url
    member.wait("Is this your record?")
    # Once more changes nothing.
    again = browser.go("GET", browser.callback)
    assert "Is this your record?" in again.text
    member.step("discard")


def test_a_permission_is_taken_back_and_ends_what_is_under_way(house, post):
    member = RecordMember(house, number=2, language="es")
    member.agree(mailbox=post)
    member.wait("¿Es este su expediente?")
    home = member.browser.go("GET", member.root)
    assert "Sus permisos" in home.text
    member.browser.submit("/withdraw")
    assert "Sus permisos" not in member.page.text and "No se guardó" in member.page.text
    assert lines(member) == []


def test_a_plan_that_is_missing_is_noted(house):
    member = RecordMember(house, number=2)
    member.browser.go("GET", member.root + "/plans?search=nowhere")
    assert "No plan of this name is listed" in member.page.text
    member.browser.submit("/missing-plan", payer_name="Old <b>Plan</b>")
    assert "Old <b>Plan</b>" in member.page.text and "<b>" not in member.page.html


@pytest.mark.parametrize("path", ["", "/plans", "/transfers/0", "/record.ndjson"])
def test_without_signing_in_there_is_only_the_way_in(house, path):
    answer = requests.get(f"{house.portal}/new/record{path}", allow_redirects=False, timeout=60)
    assert answer.status_code == (200 if path == "" else 303)
