"""Whatever shape an answer has, those who wrote neither end of it accept it as FHIR R4."""

import json

import pytest

from api import link, name
from oauth import bearer
from test_us_core_search import TYPES
from validators import assert_valid

SUBSETTED = ("http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "SUBSETTED")
SHAPES = ["_summary=true", "_summary=text", "_summary=data", "_elements=id", "_elements=identifier,status,code,subject", "_total=none", "_count=0",
          "_summary=count", "_summary=false", "_pretty=true", "_include=*", "_revinclude=Provenance:target"]


def is_subset(resource):
    return SUBSETTED in [(tag.get("system"), tag.get("code")) for tag in resource["meta"].get("tag", [])]


@pytest.mark.parametrize("type", TYPES)
def test_every_shape_of_a_search_is_valid(complete, type):
    api, answers = complete.api, []
    for shape in SHAPES:
        answer = api.ask("GET", f"{type}?{shape}" + ("" if "count" in shape else "&_count=6"))
        assert answer.status_code == 200, f"{type}?{shape}: {answer.text[:300]}"
        answers.append(answer.content)
        bundle = json.loads(answer.content)
        entries = [entry["resource"] for entry in bundle.get("entry", [])]
        assert ("total" in bundle) == (shape != "_total=none") and bool(entries) == (shape not in ("_count=0", "_summary=count"))
        # A type whose mandatory elements are all there is to it is a subset too.
        assert all(is_subset(each) == (shape.startswith(("_summary=t", "_summary=d", "_elements"))) for each in entries), shape
        if shape == "_summary=data":
            assert not [each for each in entries if "text" in each]
    assert_valid(answers)


@pytest.mark.parametrize("type", TYPES)
def test_every_shape_of_a_read_is_valid(complete, type):
    api, found = complete.api, complete.record[type][0]
    version = found["meta"]["versionId"]
    answers = [api.ask("GET", name(found) + end) for end in
               ("", f"/_history/{version}", "?_summary=true", "?_summary=text", "?_summary=data", "?_elements=id", "?_pretty=true", "?_summary=false")]
    assert [answer.status_code for answer in answers] == [200] * 8, name(found)
    assert_valid(answer.content for answer in answers)
    assert [is_subset(json.loads(answer.content)) for answer in answers] == [False, False, True, True, True, True, False, False]
    assert answers[0].content == answers[1].content == answers[7].content


def test_a_summary_keeps_what_the_definition_counts_into_it(complete):
    observation = complete.api.get("Observation/corner-numbers?_summary=true")
    assert set(observation) >= {"status", "code", "subject", "effectiveDateTime", "valueQuantity"} and "performer" in observation
    patient = complete.api.get(f"Patient/{complete.api.patient}?_elements=birthDate")
    assert set(patient) == {"resourceType", "id", "meta", "birthDate"}
    cut = complete.api.ask("GET", "Observation/corner-numbers?_elements=valueQuantity").text
    assert '"value": 5.40' in cut and "2025-03" not in cut, "what is left is as it came in"


def parameters(**values):
    parts = [{"name": name, **value} for name, value in values.items()]
    return json.dumps({"resourceType": "Parameters", "parameter": parts})


def test_everything_is_valid_however_it_is_asked(complete):
    api = complete.api
    assert_valid([api.ask("GET", f"Patient/{api.patient}/$everything").content])
    whole = api.get(f"Patient/{api.patient}/$everything")
    for path, params, data, kept in (
        ("Patient/$everything", None, None, lambda each: True),
        (f"Patient/{api.patient}/$everything", {"_type": "Patient,Condition"}, None, lambda each: each["resourceType"] in ("Patient", "Condition")),
        (f"Patient/{api.patient}/$everything", None, parameters(_type={"valueCode": "Goal"}), lambda each: each["resourceType"] == "Goal"),
        ("Patient/$everything", None, parameters(_type={"valueCode": "Immunization,Organization"}), None),
        (f"Patient/{api.patient}/$everything", {"start": "2020-01-01", "end": "2020-12-31", "_type": "Encounter"}, None,
         lambda each: each["resourceType"] == "Encounter" and each["period"]["start"][:4] <= "2020" <= each["period"].get("end", "9999")[:4]),
        (f"Patient/{api.patient}/$everything", {"_since": "2999-01-01T00:00:00Z"}, None, None),
    ):
        answer = api.ask("POST" if data else "GET", path, params=params, data=data, headers={"Content-Type": "application/fhir+json"} if data else {})
        assert answer.status_code == 200, answer.text[:300]
        bundle = api.judged(answer)
        assert_valid([answer.content])
        if kept:
            assert [each["resource"] for each in bundle["entry"]] == [each["resource"] for each in whole["entry"] if kept(each["resource"])]
            assert bundle["total"] == len(bundle["entry"]) > 0


def test_docref_gives_the_newest_note_of_each_type_and_with_dates_all(complete):
    api = complete.api
    newest = api.get("DocumentReference/$docref", {"patient": api.patient})
    kinds = [each["resource"]["type"]["coding"][0]["code"] for each in newest["entry"]]
    assert len(set(kinds)) == len(kinds) == newest["total"] > 0
    every = api.get("DocumentReference/$docref", {"patient": f"Patient/{api.patient}", "start": "1900"})
    assert every["total"] == len(complete.record["DocumentReference"])
    one = api.get("DocumentReference/$docref", {"patient": api.patient, "start": "1900", "type": f"http://loinc.org|{kinds[0]}"})
    assert 0 < one["total"] < every["total"]
    posted = api.judged(api.ask(
        "POST", "DocumentReference/$docref", headers={"Content-Type": "application/fhir+json"},
        data=parameters(patient={"valueId": api.patient}, start={"valueDate": "1900-01-01"},
                        type={"valueCoding": {"system": "http://loinc.org", "code": kinds[0]}})))
    assert posted["entry"] == one["entry"]
    assert api.get("DocumentReference/$docref", {"patient": "another"})["total"] == 0
    assert api.get("DocumentReference/$docref", {"patient": api.patient, "on-demand": "true"})["total"] == 0


def test_the_plan_says_of_each_type_that_it_sent_it(complete):
    api = complete.api
    made = [each for each in complete.record["Provenance"] if each["id"].startswith("transmission-")]
    own = {type for type, found in complete.record.items() if found and type not in ("Provenance", "Endpoint", "Location", "Medication", "Organization", "Practitioner", "PractitionerRole")}
    targets = [[target["reference"] for target in each["target"]] for each in made]
    assert {target[-1].partition("/")[0] for target in targets} == own and len(made) == len(own)
    for each, target in zip(made, targets):
        assert each["agent"][0]["type"]["coding"][0]["code"] == "transmitter" and each["agent"][0]["who"]["identifier"]["value"] == api.base
        type = target[-1].partition("/")[0]
        assert set(target) == {f"Patient/{api.patient}"} | {name(resource) for resource in complete.record[type]}
        assert api.get(name(each)) == each == api.get(f"{name(each)}/_history/{each['meta']['versionId']}")
    assert_valid(made)
    for resource in ("Observation/corner-numbers", "Condition/corner-past"):
        found = api.all("Provenance", {"target": resource})
        assert found and all(resource in [target["reference"] for target in each["target"]] for each in found)


def test_metadata_is_valid_and_says_what_the_guides_ask_for(complete):
    for end in ("", "?_pretty=true", "?_format=json"):
        assert_valid([complete.api.ask("GET", "metadata" + end).content])
    assert complete.metadata["instantiates"] == ["http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server"]
    for type, entry in complete.types.items():
        assert entry.get("supportedProfile") or type in ("Endpoint", "Media")
        assert "Provenance:target" in entry["searchRevInclude"]
    assert [operation["name"] for entry in complete.types.values() for operation in entry.get("operation", [])] == ["docref", "everything"]


BAD = [
    ("GET", "Observation?_count=x", 400), ("GET", "Observation?value-quantity=heavy", 400), ("GET", "Observation?date:exact=2020", 400),
    ("GET", "Observation?_sort=nonsense", 400), ("GET", "Observation?_sort=code,date,status,category,_id", 400), ("GET", "Observation?_total=all", 400),
    ("GET", "Observation?_include=Observation:code", 400), ("GET", "Observation?_include=Nonsense:x", 400), ("GET", "Observation?_revinclude=x", 400),
    ("GET", "Observation?subject:Practitioner.name=x", 400), ("GET", "Observation?_has:Condition:code:code=1", 400),
    ("GET", "Encounter?part-of.part-of.part-of.part-of.status=x", 400), ("GET", "Observation?code:missing=maybe", 400),
    ("GET", "Observation?" + "&".join(["_include=Observation:subject"] * 17), 400), ("GET", "Observation?" + "&".join(["code=1"] * 33), 400),
    ("GET", "Observation?_page=x", 400), ("GET", "Patient/$everything?_count=0", 400), ("GET", "Patient/$everything?_type=Nonsense", 400),
    ("GET", "Patient/$everything?start=soon", 400), ("GET", "Patient/another/$everything", 404), ("GET", "DocumentReference/$docref", 400),
    ("GET", "DocumentReference/$docref?patient=1&patient=2", 400), ("GET", "Observation/$lastn", 404), ("GET", "Patient/x/Organization", 404),
    ("GET", "Patient/x/Coverage", 403), ("GET", "Patient/x/Nonsense", 404), ("GET", "Nonsense/$everything", 404), ("GET", "", 404),
    ("GET", "Provenance/transmission-00000000000000000000000000000000", 404), ("POST", "Observation", 405), ("POST", "Observation/_search", 415),
    ("POST", "Patient/$everything", 400), ("DELETE", "Observation/1", 405), ("PUT", "Patient/x/Observation", 405), ("GET", "Observation/_search", 405),
]


@pytest.mark.parametrize("method, path, status", BAD, ids=lambda value: str(value)[:48])
def test_every_refusal_is_a_valid_operation_outcome(complete, method, path, status):
    body = {"data": "{}", "headers": {"Content-Type": "application/fhir+json"}} if method == "POST" else {}
    words = complete.api.refusal(method, path, status, **body)
    assert words.endswith((".", "metadata.")) and len(words) > 20


def test_strict_handling_refuses_what_is_ignored_otherwise(complete):
    api = complete.api
    for path in ("Observation?flavour=sour", "Patient/$everything?flavour=sour"):
        assert "flavour" not in link(api.get(path + "&_count=1"), "self")
        assert "flavour" in api.refusal("GET", path, 400, headers={"Prefer": "handling=strict"})


def test_refusals_without_a_token_are_valid_too(complete):
    for headers, status in (({"Authorization": ""}, 401), (bearer("unknown"), 401), ({"Authorization": "Basic eDp5"}, (400, 401)), ({"Accept": "application/fhir+xml"}, 406)):
        answer = complete.api.ask("GET", "Patient", headers=headers)
        assert answer.status_code in (status if isinstance(status, tuple) else (status,)), (headers, answer.status_code)
        assert_valid([answer.content])
