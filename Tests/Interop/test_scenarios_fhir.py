"""The FHIR API: nobody, wrong, foreign, revoked and right tokens; reading only; JSON only."""

from types import SimpleNamespace

import pytest
import requests

from oauth import bearer, post
from scenario import Row, check, table

OUTCOME = ('"resourceType":"OperationOutcome"',)
PRIVATE = ("Venegas795", "Mayte822")


@pytest.fixture(scope="module")
def keys(sandbox, play, mayte, granted, other):
    """Every kind of Authorization header, and the member's patient id."""
    revoked = play.tokens(mayte)
    post(sandbox.issuer + "/revoke", {"token": revoked["refresh_token"], **sandbox.app.credentials})
    return SimpleNamespace(
        nobody={}, right=bearer(granted["access_token"]), revoked=bearer(revoked["access_token"]), foreign=bearer(other.tokens["access_token"]),
        refresh=bearer(granted["refresh_token"]), flipped=bearer(granted["access_token"][:-1] + ("A" if granted["access_token"][-1] != "A" else "B")),
        client={"Authorization": requests.auth._basic_auth_str(sandbox.app.client_id, sandbox.app.secret)},
        lower={"Authorization": "bearer " + granted["access_token"]},
        two={"Authorization": f"Bearer {granted['access_token']} {granted['access_token']}"}, empty={"Authorization": "Bearer "},
        patient=granted["patient"], token=granted["access_token"],
    )


REQUESTS = {
    "read": lambda s, k, h: requests.get(f"{s.fhir}/Patient/{k.patient}", headers=h, timeout=120),
    "search": lambda s, k, h: requests.get(f"{s.fhir}/Patient?_id={k.patient}", headers=h, timeout=120),
    "form": lambda s, k, h: requests.post(f"{s.fhir}/Patient/_search", data={"_id": k.patient}, headers=h, timeout=120),
    "version": lambda s, k, h: requests.get(f"{s.fhir}/Patient/{k.patient}/_history/1", headers=h, timeout=120),
}


@pytest.mark.parametrize("request_name", REQUESTS)
@table(
    Row("nobody", lambda k: k.nobody, 401, OUTCOME, PRIVATE),
    Row("a client's own credentials", lambda k: k.client, 401, OUTCOME, PRIVATE),
    Row("an unknown token", lambda k: bearer("unknown"), 401, OUTCOME, PRIVATE),
    Row("a token with one letter changed", lambda k: k.flipped, 401, OUTCOME, PRIVATE),
    Row("a token of another server", lambda k: k.foreign, 401, OUTCOME, PRIVATE),
    Row("a revoked token", lambda k: k.revoked, 401, OUTCOME, PRIVATE),
    Row("a refresh token", lambda k: k.refresh, 401, OUTCOME, PRIVATE),
    Row("two tokens", lambda k: k.two, (400, 401), OUTCOME, PRIVATE),
    Row("an empty token", lambda k: k.empty, (400, 401), OUTCOME, PRIVATE),
    Row("a token of 6000 characters", lambda k: bearer("t" * 6000), 401, OUTCOME, PRIVATE),
    Row("the right token", lambda k: k.right, 200, PRIVATE),
    Row("the right token, bearer in lower case", lambda k: k.lower, 200, PRIVATE),
)
def test_only_the_right_token_reads(sandbox, keys, request_name, row):
    answer = check(row, REQUESTS[request_name](sandbox, keys, row.ask(keys)))
    assert answer.headers["Content-Type"].startswith("application/fhir+json")
    assert answer.headers["Cache-Control"] == "no-store"
    if answer.status_code == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
        has_error = 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
        assert has_error == (row.name not in ("nobody", "a client's own credentials"))


def test_a_token_in_the_address_does_not_count(sandbox, keys):
    assert requests.get(f"{sandbox.fhir}/Patient?access_token={keys.token}", timeout=120).status_code == 401


def test_metadata_and_the_smart_document_are_for_everyone(sandbox):
    for headers in ({}, bearer("unknown"), {"Origin": "https://app.example"}):
        for path, type in (("metadata", "application/fhir+json"), (".well-known/smart-configuration", "application/json")):
            answer = requests.get(f"{sandbox.fhir}/{path}", headers=headers, timeout=120)
            assert answer.status_code == 200 and answer.headers["Content-Type"].startswith(type)
            assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_smart_document_says_what_clients_ask_for(sandbox):
    document = requests.get(f"{sandbox.fhir}/.well-known/smart-configuration", timeout=120).json()
    assert document["authorization_endpoint"] == sandbox.plan["authorize"] and document["token_endpoint"] == sandbox.plan["token"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert {"launch-standalone", "context-standalone-patient", "permission-patient"} <= set(document["capabilities"])
    assert {"authorization_code", "refresh_token"} <= set(document["grant_types_supported"])
    assert ("issuer" in document) == ("jwks_uri" in document)


def test_another_plans_path_does_not_exist(sandbox, keys):
    for path in ("/other/r4/Patient", "/other/oauth2/token", "/demo/r5/Patient", "/Patient"):
        assert requests.get(sandbox.portal + path, headers=keys.right, timeout=120).status_code == 404


PLACES = ["", "Patient", "Patient/x", "Patient/_search", "Patient/x/_history/1", "Observation", "Coverage", "Coverage/1", "metadata", "Patient/$match"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "POST", "BREW"])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place or "base")
def test_no_method_writes(sandbox, keys, method, place):
    if method == "POST" and place.endswith("_search"):
        return
    answer = requests.request(method, f"{sandbox.fhir}/{place}", headers=keys.right, data="{}" if method != "TRACE" else None, timeout=120)
    assert answer.status_code == 405 or (method == "BREW" and 400 <= answer.status_code < 500), answer.text
    if answer.status_code == 405:
        assert "GET" in answer.headers["Allow"] or "POST" in answer.headers["Allow"]
        assert answer.json()["resourceType"] == "OperationOutcome"


@table(
    Row("Accept: fhir+xml", lambda k: ("Patient", {"Accept": "application/fhir+xml"}), 406, OUTCOME),
    Row("Accept: xml", lambda k: ("Patient", {"Accept": "text/xml, application/xml"}), 406, OUTCOME),
    Row("Accept: turtle", lambda k: ("Patient", {"Accept": "text/turtle"}), 406, OUTCOME),
    Row("_format=xml", lambda k: ("Patient?_format=xml", {}), 406, OUTCOME),
    Row("_format=fhir+xml", lambda k: ("Patient?_format=application/fhir%2Bxml", {}), 406, OUTCOME),
    Row("metadata in xml", lambda k: ("metadata", {"Accept": "application/fhir+xml"}), 406, OUTCOME),
    Row("a read in xml", lambda k: (f"Patient/{k.patient}", {"Accept": "application/fhir+xml"}), 406, OUTCOME),
    Row("xml or json", lambda k: ("Patient", {"Accept": "application/fhir+xml;q=0.9, application/fhir+json"}), 200),
    Row("_format=json", lambda k: ("Patient?_format=json", {"Accept": "application/fhir+xml"}), 200),
    Row("_format=fhir+json", lambda k: ("Patient?_format=application/fhir%2Bjson", {}), 200),
    Row("_format=fhir+json as people type it", lambda k: ("Patient?_format=application/fhir+json", {}), 200),
    Row("json with a version", lambda k: ("Patient", {"Accept": "application/fhir+json; fhirVersion=4.0"}), 200),
    Row("a browser", lambda k: ("Patient", {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}), 200),
)
def test_json_is_the_only_language(sandbox, keys, row):
    path, headers = row.ask(keys)
    check(row, requests.get(f"{sandbox.fhir}/{path}", headers={**keys.right, **headers}, timeout=120))


@table(
    Row("one type, another asked for", lambda p: ("patient/Observation.rs", "Condition"), 403, OUTCOME),
    Row("one type, that one", lambda p: ("patient/Observation.rs", "Observation?_count=1"), 200, ('"searchset"',)),
    Row("search without read", lambda p: ("patient/Patient.s", "Patient/{id}"), 403, OUTCOME, PRIVATE),
    Row("read without search", lambda p: ("patient/Patient.r", "Patient"), 403, OUTCOME, PRIVATE),
    Row("read with read", lambda p: ("patient/Patient.r", "Patient/{id}"), 200, PRIVATE),
)
def test_a_scope_opens_what_it_names_and_no_more(sandbox, play, mayte, row):
    scope, path = row.ask(None)
    token = play.tokens(mayte, scope=scope)
    answer = requests.get(f"{sandbox.fhir}/{path.format(id=token['patient'])}", headers=bearer(token["access_token"]), timeout=120)
    check(row, answer)
    if row.status == 403:
        assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


def test_a_granular_scope_shows_only_its_category(sandbox, play, mayte):
    token = play.tokens(mayte, scope="patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs")
    bundle = requests.get(sandbox.fhir + "/Observation?_count=1000", headers=bearer(token["access_token"]), timeout=120).json()
    assert bundle["total"] > 0
    for entry in bundle["entry"]:
        assert "vital-signs" in [coding["code"] for category in entry["resource"]["category"] for coding in category["coding"]]
    hidden = requests.get(sandbox.fhir + "/Observation?category=laboratory", headers=bearer(token["access_token"]), timeout=120).json()
    assert hidden["total"] == 0


def test_a_browser_app_may_ask_from_its_own_origin(sandbox):
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    for url in (f"{sandbox.fhir}/Patient", f"{sandbox.fhir}/metadata", sandbox.plan["token"]):
        answer = requests.options(url, headers=asked, timeout=120)
        assert answer.status_code in (200, 204)
        assert answer.headers["Access-Control-Allow-Origin"] == "*" and "Access-Control-Allow-Credentials" not in answer.headers
        assert "authorization" in answer.headers["Access-Control-Allow-Headers"].lower()
