"""fhirclient and fhirpy page through everything; whatever way is taken, the pages together are the record, each resource once."""

import subprocess
from urllib.parse import urlencode

import pytest
from fhirclient.models.bundle import Bundle
from fhirclient.server import FHIRServer
from fhirpy import SyncFHIRClient

import corners
from api import API, name, names
from mailbox import SandboxMailbox
from oauth import Member
from sandbox import program

PLANS_OWN = {"Endpoint", "Location", "Medication", "Organization", "Practitioner", "PractitionerRole"}


@pytest.fixture(scope="module")
def by_fhirpy(complete):
    client = SyncFHIRClient(complete.sandbox.fhir, authorization=f"Bearer {complete.granted['access_token']}")

    def pages(path, **params):
        bundle = client.execute(path, method="get", params={name: str(value) for name, value in params.items()})
        yield bundle
        while following := next((link["url"] for link in bundle["link"] if link["relation"] == "next"), None):
            bundle = client.execute(following, method="get")
            yield bundle

    return pages


@pytest.fixture(scope="module")
def by_fhirclient(complete):
    server = FHIRServer(None, complete.sandbox.fhir)
    server.session.headers["Authorization"] = f"Bearer {complete.granted['access_token']}"

    def pages(path, **params):
        following = f"{path}?{urlencode(params)}"
        while following:
            bundle = Bundle.read_from(following, server)
            yield bundle.as_json()
            following = next((link.url for link in bundle.link if link.relation == "next"), None)

    return pages


@pytest.fixture(params=["fhirpy", "fhirclient"])
def pages(request):
    """pages(path, **params) gives every page, read by the one client or the other."""
    return request.getfixturevalue(f"by_{request.param}")


def resources(bundles, mode="match"):
    return [entry["resource"] for bundle in bundles for entry in bundle.get("entry", []) if entry["search"]["mode"] == mode]


def same(found, expected):
    assert names(found) == names(expected)
    expected = {name(resource): resource for resource in expected}
    assert all(resource == expected[name(resource)] for resource in found)


def referred(resource):
    """What the references in it name, as Type/id."""
    if isinstance(resource, dict):
        own = resource.get("reference")
        return {own} if isinstance(own, str) else set().union(*(referred(inner) for inner in resource.values()))
    return set().union(*(referred(inner) for inner in resource)) if isinstance(resource, list) else set()


def test_the_record_is_what_the_program_itself_counts(complete):
    """`payerbridge explain` reads the store, not the API."""
    words = subprocess.run(
        [program(), "explain", "--data", str(complete.sandbox.data), "--member", "01-testmemid"], check=True, capture_output=True, text=True,
    ).stdout
    shared = {line.split()[0]: int(line.split()[1]) for line in words.splitlines() if len(line.split()) > 2 and line.split()[1].isdigit()}
    own = {type: len(found) for type, found in complete.record.items() if type not in PLANS_OWN and found}
    # A Provenance says of each type that the plan sent it; it is made when asked for.
    own["Provenance"] -= sum(1 for each in complete.record["Provenance"] if each["id"].startswith("transmission-"))
    assert own == {type: count for type, count in shared.items() if count}


def test_every_type_pages_to_the_whole(complete, pages):
    for type, expected in complete.record.items():
        size = max(3, len(expected) // 6)
        bundles = list(pages(type, _count=size))
        same(resources(bundles), expected)
        assert all(len(bundle.get("entry", [])) <= size and bundle["total"] == len(expected) for bundle in bundles)
        assert len(bundles) == max(1, -(-len(expected) // size)), f"{type} has an empty page or a page too many"


def test_every_type_pages_in_any_order(complete, by_fhirpy):
    for type, order in (("Observation", "-date,code"), ("Observation", "code"), ("Encounter", "date"), ("Condition", "-onset-date"),
                        ("MedicationRequest", "status,-authoredon"), ("Procedure", "-_lastUpdated"), ("DocumentReference", "-_id")):
        found = resources(by_fhirpy(type, _sort=order, _count=max(7, len(complete.record[type]) // 5)))
        same(found, complete.record[type])
    dates = [each["period"]["start"] for each in resources(by_fhirpy("Encounter", _sort="date", _count=20))]
    assert len(dates) > 20 and [date[:4] for date in dates] == sorted(date[:4] for date in dates)


@pytest.mark.parametrize("count", [None, 97, 1000])
def test_everything_pages_to_the_whole_record(complete, pages, count):
    bundles = list(pages(f"Patient/{complete.api.patient}/$everything", **({"_count": count} if count else {})))
    found = resources(bundles) + resources(bundles, "include")
    own = [each for type, expected in complete.record.items() if type not in PLANS_OWN for each in expected]
    same([each for each in found if each["resourceType"] not in PLANS_OWN], own)
    plans = {name(each): each for type in PLANS_OWN for each in complete.record[type]}
    reached, fresh = set(), own
    while fresh:
        leads = set().union(*(referred(each) for each in fresh)) & set(plans) - reached
        reached |= leads
        fresh = [plans[each] for each in leads]
    assert {name(each) for each in found if each["resourceType"] in PLANS_OWN} == reached and len(reached) > 4
    assert {bundle["total"] for bundle in bundles} == {len(found)}
    if count:
        assert len(bundles) == -(-len(found) // count) and all(len(bundle["entry"]) <= count for bundle in bundles)
        assert found[0]["resourceType"] == "Patient"


INCLUDES = [
    ("MedicationRequest", {"_include": "MedicationRequest:medication"}), ("Encounter", {"_include": "Encounter:location", "_count": 30}),
    ("CareTeam", {"_include": "CareTeam:participant"}), ("PractitionerRole", {"_include": "PractitionerRole:endpoint"}),
    ("PractitionerRole", {"_include": "PractitionerRole:practitioner"}), ("Observation", {"_include": "*", "_count": 100}),
    ("QuestionnaireResponse", {"_include": "QuestionnaireResponse:subject"}),
]


@pytest.mark.parametrize("type, params", INCLUDES, ids=lambda value: value if isinstance(value, str) else urlencode(value))
def test_includes_come_with_the_matches_that_name_them(complete, pages, type, params):
    known = {name(each): each for found in complete.record.values() for each in found}
    brought = 0
    bundles = list(pages(type, **params))
    same(resources(bundles), complete.record[type])
    for bundle in bundles:
        included = resources([bundle], "include")
        named = set().union(*(referred(each) for each in resources([bundle])))
        assert names(included) <= named and all(each == known[name(each)] for each in included)
        assert not names(included) & names(resources([bundle]))
        brought += len(included)
    assert brought or type == "Encounter"


@pytest.mark.parametrize("type", ["AllergyIntolerance", "Condition", "DiagnosticReport", "Encounter", "Immunization", "MedicationRequest", "Observation", "Procedure"])
def test_the_provenance_of_every_page_comes_when_asked(complete, by_fhirclient, type):
    """US Core: `_revinclude=Provenance:target` on every clinical type."""
    bundles = list(by_fhirclient(type, _revinclude="Provenance:target", _count=60))
    same(resources(bundles), complete.record[type])
    for bundle in bundles:
        targets = set().union(*(referred(each["target"]) for each in resources([bundle], "include")))
        assert names(resources([bundle])) <= targets
        assert any(each["id"].startswith("transmission-") for each in resources([bundle], "include"))
        assert {each["resourceType"] for each in resources([bundle], "include")} == {"Provenance"}


def test_includes_go_on_from_what_was_included(complete, by_fhirpy):
    found = resources(by_fhirpy("Observation", _id="corner-numbers", **{"_include": "Observation:performer", "_include:iterate": "PractitionerRole:*"}), "include")
    assert {"PractitionerRole/corner-role", "Practitioner/corner-doctor", "Organization/corner-clinic", "Endpoint/corner-mail"} <= names(found)


def test_every_included_resource_of_the_whole_record_is_one_that_a_token_reads(complete, pages):
    """The union over all types with every inclusion is the record again."""
    union = {}
    for type in complete.record:
        bundles = list(pages(type, _include="*", _revinclude="Provenance:target", _count=1000))
        for each in resources(bundles) + resources(bundles, "include"):
            assert union.setdefault(name(each), each) == each
    assert union == {name(each): each for found in complete.record.values() for each in found}


@pytest.fixture(scope="module")
def growing(start_sandbox, tmp_path_factory):
    """Pages begun before resources of types that were not there came in, and gone on with afterwards: by path, before and after."""
    sandbox = start_sandbox(members=0)
    granted = Member(sandbox, SandboxMailbox(sandbox)).tokens(sandbox.member("01-testmemid"))
    api = API(sandbox.fhir, granted["access_token"], granted["patient"])
    file = tmp_path_factory.mktemp("growing") / "more.ndjson"
    corners.write(api.get(f"Patient/{api.patient}"), file)
    ways = {"Observation": {"_count": "50"}, "Encounter": {"_count": "9", "_sort": "-date"}, "Patient/$everything": {"_count": "50"}}

    def read(bundles):
        return [entry["resource"] for bundle in bundles for entry in bundle["entry"]]

    before = {path: names(read(api.pages(path, params))) for path, params in ways.items()}
    going = {path: api.pages(path, params) for path, params in ways.items()}
    first = {path: next(bundles) for path, bundles in going.items()}
    subprocess.run([program(), "import", "--data", str(sandbox.data), str(file)], check=True, capture_output=True)
    return {path: (before[path], read([first[path], *bundles])) for path, bundles in going.items()}


@pytest.mark.parametrize("path", [
    "Observation", "Encounter", "Patient/$everything",
])
def test_pages_neither_lose_nor_double_while_records_come_in(growing, path):
    before, found = growing[path]
    assert before <= names(found)
