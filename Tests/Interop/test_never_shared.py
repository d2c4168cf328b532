"""What is never shared does not show anywhere, and another member's record is as good as not there."""

import json
import re

import pytest
import requests

from oauth import bearer

NEVER = ["ExplanationOfBenefit", "Coverage", "Claim", "ClaimResponse"]


def ask(sandbox, granted, method, path, **more):
    return requests.request(method, f"{sandbox.fhir}/{path}", headers=bearer(granted["access_token"]), timeout=120, **more)


@pytest.mark.parametrize("type", NEVER)
@pytest.mark.parametrize("method, path, form", [
    ("GET", "{type}", None), ("GET", "{type}/1", None), ("GET", "{type}?patient={patient}", None), ("GET", "{type}?_summary=count", None),
    ("GET", "{type}/1/_history/1", None), ("POST", "{type}/_search", {"patient": "{patient}"}), ("POST", "{type}/_search", {}),
], ids=["search", "read", "search by member", "count", "version", "form by member", "form"])
def test_it_is_refused_whatever_the_request(sandbox, granted, type, method, path, form):
    fill = {"type": type, "patient": granted["patient"]}
    data = None if form is None else {name: value.format(**fill) for name, value in form.items()}
    headers = {"Content-Type": "application/x-www-form-urlencoded", **bearer(granted["access_token"])} if form is not None else bearer(granted["access_token"])
    answer = requests.request(method, f"{sandbox.fhir}/{path.format(**fill)}", headers=headers, data=data, timeout=120)
    assert answer.status_code == 403, answer.text
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert answer.json()["issue"][0]["code"] == "forbidden"


@pytest.mark.parametrize("type", NEVER)
def test_a_token_that_asked_for_it_by_name_gets_it_neither(sandbox, play, mayte, type):
    token = play.tokens(mayte, scope=f"patient/Patient.read patient/{type}.read")
    assert ask(sandbox, token, "GET", type).status_code == 403
    assert ask(sandbox, token, "GET", "Patient").status_code == 200


def test_it_is_absent_from_metadata(sandbox):
    statement = requests.get(sandbox.fhir + "/metadata", timeout=120).json()
    assert {resource["type"] for resource in statement["rest"][0]["resource"]}.isdisjoint(NEVER)


@pytest.mark.parametrize("query", [
    "Patient?_revinclude=Coverage:beneficiary", "Patient?_revinclude=ExplanationOfBenefit:patient", "Encounter?_revinclude=Claim:encounter",
    "Patient?_has:Coverage:beneficiary:status=active", "Patient?_include=*", "Patient?_revinclude=*",
])
def test_no_include_brings_it(sandbox, granted, query):
    answer = ask(sandbox, granted, "GET", query)
    assert answer.status_code in (200, 400)
    assert not re.search(r'"resourceType"\s*:\s*"(%s)"' % "|".join(NEVER), answer.text)


@pytest.mark.parametrize("path", ["Patient/{patient}/$everything", "Patient/{patient}/$everything?_type=Coverage,Patient", "DocumentReference/$docref?patient={patient}"])
def test_no_operation_brings_it(sandbox, granted, path):
    answer = ask(sandbox, granted, "GET", path.format(**granted))
    assert answer.status_code == 200
    assert not re.search(r'"resourceType"\s*:\s*"(%s)"' % "|".join(NEVER), answer.text)


@pytest.mark.parametrize("path", ["Patient/{patient}/Coverage", "Patient/{patient}/*", "?_type=Coverage", "_search", "_history"])
def test_no_other_way_leads_to_it(sandbox, granted, path):
    answer = ask(sandbox, granted, "GET", path.format(**granted))
    assert 400 <= answer.status_code < 500
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_none_occurs_in_anything_that_can_be_fetched(whole_record):
    def types(value):
        if isinstance(value, dict):
            if isinstance(value.get("resourceType"), str):
                yield value["resourceType"]
            for inner in value.values():
                yield from types(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from types(inner)

    seen = set(types(list(whole_record.values())))
    assert "Observation" in seen
    assert seen.isdisjoint(NEVER)
    referred = re.findall(r'"(?:%s)/[^"]*"' % "|".join(NEVER), json.dumps(whole_record))
    assert not referred, f"references lead to what is never shared: {referred[:5]}"


def test_another_members_resource_answers_like_one_that_does_not_exist(sandbox, granted, neighbour):
    def seen(path, id):
        answer = ask(sandbox, granted, "GET", path)
        headers = {name: value for name, value in answer.headers.items() if name.lower() not in ("date", "x-request-id")}
        return answer.status_code, headers, answer.content.replace(id.encode(), b"ID")

    tried = 0
    for type in ("Patient", "Encounter", "Condition", "Observation", "Immunization", "DocumentReference", "Provenance"):
        bundle = ask(sandbox, neighbour, "GET", f"{type}?_count=1").json()
        for entry in bundle.get("entry", []):
            theirs = entry["resource"]["id"]
            nobodys = theirs[:-4] + "0000" if not theirs.endswith("0000") else theirs[:-4] + "1111"
            assert ask(sandbox, neighbour, "GET", f"{type}/{theirs}").status_code == 200
            assert seen(f"{type}/{theirs}", theirs) == seen(f"{type}/{nobodys}", nobodys)
            assert seen(f"{type}/{theirs}", theirs)[0] == 404
            assert ask(sandbox, granted, "GET", f"{type}?_id={theirs}").json()["total"] == 0
            tried += 1
    assert tried >= 3


def test_another_members_name_in_a_search_finds_nothing(sandbox, granted, neighbour):
    for type in ("Condition", "Observation", "Encounter"):
        found = ask(sandbox, granted, "GET", f"{type}?patient={neighbour['patient']}").json()
        assert found["total"] == 0 and "entry" not in found
    assert ask(sandbox, granted, "GET", f"Patient?_id={neighbour['patient']}").json()["total"] == 0


def test_a_page_link_of_one_member_is_useless_to_another(sandbox, granted, neighbour):
    bundle = ask(sandbox, granted, "GET", "Observation?_count=2").json()
    following = next(link["url"] for link in bundle["link"] if link["relation"] == "next")
    assert requests.get(following, headers=bearer(granted["access_token"]), timeout=120).status_code == 200
    stolen = requests.get(following, headers=bearer(neighbour["access_token"]), timeout=120)
    assert stolen.status_code == 400 and stolen.json()["resourceType"] == "OperationOutcome"
