"""Every search that US Core 3.1.1 and 6.1.0 ask of a server, by values of the member's own resources, against a slow and obvious search."""

import pytest

from api import link, name, names
from matching import askings, matches

EXPECTATION = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation"
TOGETHER = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-search-parameter-combination"
TYPES = [
    "AllergyIntolerance", "CarePlan", "CareTeam", "Condition", "Device", "DiagnosticReport", "DocumentReference", "Encounter", "Endpoint", "Goal",
    "Immunization", "Location", "Media", "Medication", "MedicationDispense", "MedicationRequest", "Observation", "Organization", "Patient",
    "Practitioner", "PractitionerRole", "Procedure", "Provenance", "QuestionnaireResponse", "RelatedPerson", "ServiceRequest", "Specimen",
]
SAMPLES = 2


def expectation(element):
    return next((each["valueCode"] for each in element.get("extension", []) if each["url"] == EXPECTATION), None)


def searches(entry):
    """Sets of parameters: alone `_id` and those of which US Core says SHALL, SHOULD or MAY, and the combinations."""
    alone = [["_id"]] + [[parameter["name"]] for parameter in entry["searchParam"] if expectation(parameter)]
    combined = [
        [each["valueString"] for each in extension["extension"] if each["url"] == "required"]
        for extension in entry.get("extension", []) if extension["url"] == TOGETHER
    ]
    return alone + combined


def cases(complete, type):
    """What is asked, the resource the values come from, and whether to ask by form too."""
    entry = complete.types[type]
    kinds = {parameter["name"]: parameter["type"] for parameter in entry["searchParam"]}
    for parameters in searches(entry):
        sources = []
        for resource in complete.record[type]:
            ways = [askings(resource, kinds[name], name, complete.api.base) for name in parameters]
            if all(ways):
                sources.append((resource, ways))
        assert sources, f"the record has no {type} to search by {'+'.join(parameters)}"
        # Spread over the record.
        for number, (resource, ways) in enumerate(sources[:: max(1, -(-len(sources) // SAMPLES))]):
            for turn in range(max(map(len, ways))):
                yield [(parameter, kinds[parameter], way[turn % len(way)]) for parameter, way in zip(parameters, ways)], resource, number == 0


def expected(complete, type, asked):
    return {
        name(resource) for resource in complete.record[type]
        if all(matches(resource, kind, parameter, value, complete.api.base) for parameter, kind, values in asked for value in values)
    }


def test_the_types_are_those_of_metadata(complete):
    assert sorted(complete.types) == TYPES


@pytest.mark.parametrize("type", TYPES)
def test_every_search_of_us_core_finds_what_it_must_and_nothing_else(complete, type):
    api = complete.api
    for asked, source, by_form_too in cases(complete, type):
        fields = [(parameter, value) for parameter, _, values in asked for value in values] + [("_count", "1000")]
        shown = f"{type}?{'&'.join('='.join(each) for each in fields)}"
        by_address = api.get(type, fields)
        if by_form_too:
            by_form = api.post(f"{type}/_search", fields)
            assert by_address.get("entry") == by_form.get("entry") and by_address["total"] == by_form["total"], shown
        assert link(by_address, "self").count("=") == len(fields), f"{shown}: {link(by_address, 'self')}"
        found = names(entry["resource"] for entry in by_address.get("entry", []))
        assert name(source) in found, f"{shown} does not find {name(source)}, where its values come from"
        assert found == expected(complete, type, asked) and by_address["total"] == len(found), shown


def test_the_parameters_of_components_are_offered(complete):
    offered = {parameter["name"] for parameter in complete.types["Observation"]["searchParam"]}
    assert {"component-value-quantity", "component-data-absent-reason", "combo-data-absent-reason"} <= offered


def test_a_comma_finds_all_that_either_value_finds(complete):
    """US Core: the server SHALL support several statuses and intents, and SHOULD several codes."""
    for type, parameter in (("MedicationRequest", "status"), ("MedicationRequest", "intent"), ("Observation", "code"), ("Observation", "status"),
                            ("DiagnosticReport", "code"), ("Encounter", "class"), ("Procedure", "code"), ("Condition", "clinical-status")):
        ways = [askings(resource, "token", parameter, "") for resource in complete.record[type]]
        values = sorted({way[0][0] for way in ways if way})[:3]
        both = names(complete.api.all(type, {"patient": complete.api.patient, parameter: ",".join(values), "_count": "1000"}))
        each = set().union(*(names(complete.api.all(type, {parameter: value, "_count": "1000"})) for value in values))
        assert both == each and both, (type, parameter, values)


def test_what_a_value_holds_of_commas_and_bars_is_escaped(complete):
    for value in ("V 1\\,2\\|3", "https://visits.example|V 1\\,2\\|3"):
        assert names(complete.api.all("Encounter", {"identifier": value})) == {"Encounter/corner-visit"}


@pytest.mark.parametrize("path, found", [
    ("Observation?value-quantity=5.4&code=2339-0&date=2025", {"Observation/corner-numbers"}),
    ("Observation?value-quantity=5.4|http://unitsofmeasure.org|mmol/L&device=Device/corner-device", {"Observation/corner-numbers"}),
    ("Observation?value-quantity=gt5.45&device=corner-device", set()),
    ("Location?name=ETE", {"Location/corner-ward"}), ("Location?name:exact=ete ward", set()), ("Location?name:contains=WARD", {"Location/corner-ward"}),
    ("Location?address-city=epi", {"Location/corner-ward"}), ("Practitioner?family=nunez&given=zoe", {"Practitioner/corner-doctor"}),
    ("Condition?code:not=38341003&category=problem-list-item&onset-date=ge2025&asserted-date=2025-02-03", set()),
    ("Condition?abatement-date:missing=true&code=38341003", {"Condition/corner-problem"}),
    ("PractitionerRole?practitioner.family=Nu%C3%B1ez", {"PractitionerRole/corner-role"}),
    ("Practitioner?_has:PractitionerRole:practitioner:endpoint=Endpoint/corner-mail", {"Practitioner/corner-doctor"}),
    ("Condition?encounter.class=IMP&encounter:Encounter.status=finished", {"Condition/corner-problem"}),
    ("QuestionnaireResponse?questionnaire=http://loinc.org/q/96777-8", {"QuestionnaireResponse/corner-answers"}),
    ("Device?_id=corner-device,none-such", {"Device/corner-device"}),
])
def test_the_modifiers_and_chains_find(complete, path, found):
    assert names(complete.api.all(path)) == found


def test_the_compartment_is_searched_like_the_type(complete):
    api = complete.api
    for type in ("Observation", "Condition", "MedicationRequest", "Encounter"):
        for query in ("", "?_count=1000", "?date=ge2020-01-01&_count=1000"):
            if query.startswith("?date") and type == "MedicationRequest":
                continue
            plain, within = api.get(type + query), api.get(f"Patient/{api.patient}/{type}{query}")
            assert plain["entry"] == within["entry"] and plain["total"] == within["total"]
        form = api.post(f"Patient/{api.patient}/{type}/_search", {"_count": "2"})
        assert form["entry"] == api.get(f"{type}?_count=2")["entry"]
        assert api.get(f"Patient/another/{type}")["total"] == 0
