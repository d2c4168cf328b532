"""fhirpy fetches everything of every type; what it fetched, and every other answer of the API, is valid FHIR R4."""

import json

import pytest
import requests
from fhirpy.base.exceptions import AuthorizationError, ForbiddenError, ResourceNotFound
from fhirpy import SyncFHIRClient

from oauth import bearer, exactly
from validators import assert_valid

SHARED = {"Location", "Medication", "Organization", "Practitioner", "PractitionerRole"}


def get(sandbox, granted, path, **more):
    return requests.get(f"{sandbox.fhir}/{path}", headers=bearer(granted["access_token"]), timeout=120, **more)


def test_it_fetches_every_type_as_often_as_the_server_counts(sandbox, granted, whole_record):
    for type, found in whole_record.items():
        counted = get(sandbox, granted, f"{type}?_summary=count").json()
        assert "entry" not in counted
        ids = [resource["id"] for resource in found]
        assert len(set(ids)) == len(ids), f"{type} came doubled"
        assert len(ids) == counted["total"], type


def test_the_record_is_rich_enough_to_prove_something(whole_record):
    expected = {"AllergyIntolerance", "CarePlan", "CareTeam", "Condition", "DiagnosticReport", "DocumentReference", "Encounter", "Immunization",
                "MedicationRequest", "Observation", "Patient", "Procedure", "Provenance"}
    assert {type for type in expected if not whole_record[type]} == set()
    assert len(whole_record["Patient"]) == 1
    assert len(whole_record["Observation"]) > 100


def test_everything_belongs_to_the_member_or_to_the_plan(granted, whole_record):
    me = f"Patient/{granted['patient']}"
    for type, found in whole_record.items():
        if type in SHARED or type == "Patient":
            continue
        for resource in found:
            owners = [resource.get(name) for name in ("subject", "patient")] + (resource.get("target") or [])
            assert me in [owner.get("reference") for owner in owners if owner], f"{type}/{resource['id']} is not {me}'s: {owners}"
            assert not [o for o in owners if o and o.get("reference", "").startswith("Patient/") and o["reference"] != me]


def test_every_reference_leads_to_something_the_token_reads(sandbox, granted, whole_record):
    known = {f"{type}/{resource['id']}" for type, found in whole_record.items() for resource in found}

    def references(value):
        if isinstance(value, dict):
            if isinstance(value.get("reference"), str):
                yield value["reference"]
            for inner in value.values():
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    dangling = set()
    for found in whole_record.values():
        for resource in found:
            contained = {"#" + inner["id"] for inner in resource.get("contained", [])}
            dangling |= {r for r in references(resource) if r not in known and r not in contained and not r.startswith(("urn:", "http"))}
    assert not dangling, sorted(dangling)[:10]


def test_every_resource_is_valid(whole_record):
    assert_valid(resource for found in whole_record.values() for resource in found)


def test_every_bundle_is_valid_whatever_page_it_is(sandbox, granted, whole_record):
    pages = []
    for type in whole_record:
        pages.append(get(sandbox, granted, f"{type}?_count=3").content)
        following = [link["url"] for link in json.loads(pages[-1])["link"] if link["relation"] == "next"]
        pages += [requests.get(url, headers=bearer(granted["access_token"]), timeout=120).content for url in following]
        pages.append(get(sandbox, granted, f"{type}?_summary=count").content)
        pages.append(get(sandbox, granted, f"{type}?_id=there-is-none").content)
    assert any(b'"next"' in page for page in pages)
    assert_valid(pages)


def test_the_capability_statement_is_valid_and_names_no_write(sandbox):
    answer = requests.get(sandbox.fhir + "/metadata", timeout=120)
    assert_valid([answer.content])
    for resource in answer.json()["rest"][0]["resource"]:
        assert {each["code"] for each in resource["interaction"]} <= {"read", "vread", "search-type"}, resource["type"]


def test_every_search_parameter_that_metadata_names_is_taken(sandbox, granted):
    values = {"date": "ge2000-01-01", "token": "x", "string": "x", "reference": "x", "quantity": "5.4", "uri": "x"}
    for resource in requests.get(sandbox.fhir + "/metadata", timeout=120).json()["rest"][0]["resource"]:
        for parameter in resource["searchParam"]:
            path = f"{resource['type']}?{parameter['name']}={values[parameter['type']]}&_count=1"
            answer = get_strictly(sandbox, granted, path)
            assert answer.status_code == 200, f"{path}: {answer.text}"


def get_strictly(sandbox, granted, path):
    headers = {**bearer(granted["access_token"]), "Prefer": "handling=strict"}
    return requests.get(f"{sandbox.fhir}/{path}", headers=headers, timeout=120)


BAD = [
    "Nonsense", "observation", "Observation/there-is-none", "Observation/" + "x" * 65, "Observation/a_b", "Coverage", "Claim/1",
    "Observation?_count=-1", "Observation?_count=many", "Observation?date=yesterday", "Observation?date=2020-13-45", "Observation?date=ge",
    "Observation?code:fuzzy=x", "Observation?code=a|b|c", "Observation?_lastUpdated=now", "Observation?_page=made-up", "Observation?_summary=some",
    "Observation?code=%zz", "Observation?code=%ff", "Observation?code=%00", "Observation?" + "code=x&" * 100, "Patient/x/$everything",
    "Observation?code=" + "x," * 600,
]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path[:40])
def test_a_bad_request_gets_a_valid_operation_outcome(sandbox, granted, path):
    answer = exactly("GET", f"{sandbox.fhir}/{path}", headers=bearer(granted["access_token"]))
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["Content-Type"].startswith("application/fhir+json")
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    assert outcome["issue"][0]["severity"] == "error" and outcome["issue"][0]["diagnostics"]
    assert_valid([answer.content])


def test_an_unknown_parameter_is_refused_only_when_strictness_is_asked_for(sandbox, granted):
    lenient = get(sandbox, granted, "Observation?flavour=sour&_count=1")
    assert lenient.status_code == 200
    assert "flavour" not in lenient.json()["link"][0]["url"], "self says what was really searched"
    assert get_strictly(sandbox, granted, "Observation?flavour=sour&_count=1").status_code == 400


def test_a_search_by_form_answers_like_the_search_by_address(sandbox, granted):
    headers = bearer(granted["access_token"])
    by_address = get(sandbox, granted, "Observation?category=laboratory&_count=5").json()
    by_form = requests.post(sandbox.fhir + "/Observation/_search", data={"category": "laboratory", "_count": "5"}, headers=headers, timeout=120).json()
    assert by_address["entry"] == by_form["entry"] and by_address["total"] == by_form["total"]


def test_the_two_ways_to_name_the_member_find_the_same(fhirpy_client, granted):
    short = fhirpy_client.resources("Condition").search(patient=granted["patient"]).count()
    long = fhirpy_client.resources("Condition").search(patient=f"Patient/{granted['patient']}").count()
    assert short == long > 0
    assert fhirpy_client.resources("Condition").search(patient="another").count() == 0


def test_searches_find_what_matches_and_nothing_else(fhirpy_client, whole_record):
    observations = whole_record["Observation"]
    coding = observations[0]["code"]["coding"][0]
    wanted = {o["id"] for o in observations if any(c.get("code") == coding["code"] for c in o["code"]["coding"])}
    for value in (coding["code"], f"{coding['system']}|{coding['code']}"):
        assert {o["id"] for o in fhirpy_client.resources("Observation").search(code=value).fetch_all()} == wanted
    assert {o["id"] for o in fhirpy_client.resources("Observation").search(code=f"{coding['code']},none-such").fetch_all()} == wanted
    days = sorted(o["effectiveDateTime"][:10] for o in observations if "effectiveDateTime" in o)
    middle = days[len(days) // 2]
    after = fhirpy_client.resources("Observation").search(date__gt=middle).fetch_all()
    assert len(after) == sum(day > middle for day in days)
    two = sorted(wanted)[:2]
    assert {o["id"] for o in fhirpy_client.resources("Observation").search(_id=",".join(two)).fetch_all()} == set(two)


def test_a_read_gives_the_bytes_that_the_search_gave(sandbox, granted):
    bundle = get(sandbox, granted, "Observation?_count=5")
    for entry in bundle.json()["entry"]:
        resource = get(sandbox, granted, f"Observation/{entry['resource']['id']}")
        assert resource.content in bundle.content
        assert entry["fullUrl"] == f"{sandbox.fhir}/Observation/{entry['resource']['id']}"
        tag = resource.headers["ETag"]
        assert tag == f'W/"{entry["resource"]["meta"]["versionId"]}"'
        version = get(sandbox, granted, f"Observation/{entry['resource']['id']}/_history/{entry['resource']['meta']['versionId']}")
        assert version.content == resource.content
        headers = {**bearer(granted["access_token"]), "If-None-Match": tag}
        assert requests.get(entry["fullUrl"], headers=headers, timeout=120).status_code == 304


def test_it_meets_the_refusals_as_the_errors_it_knows(sandbox, fhirpy_client):
    with pytest.raises(ForbiddenError):
        fhirpy_client.resources("ExplanationOfBenefit").fetch()
    with pytest.raises(ResourceNotFound):
        fhirpy_client.get("Observation", "there-is-none")
    with pytest.raises(AuthorizationError):
        SyncFHIRClient(sandbox.fhir, authorization="Bearer unknown").resources("Patient").fetch()
