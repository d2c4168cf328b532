"""fhirclient, the SMART client for Python: it finds the endpoints, authorizes, reads and searches by itself."""

import pytest
from fhirclient.client import FHIRClient
from fhirclient.models.condition import Condition
from fhirclient.models.coverage import Coverage
from fhirclient.models.observation import Observation
from fhirclient.server import FHIRNotFoundException, FHIRPermissionDeniedException, FHIRUnauthorizedException


def settings(sandbox):
    app = sandbox.app
    return {
        "app_id": app.client_id, "app_secret": app.secret, "redirect_uri": app.redirect_uris[0], "api_base": sandbox.fhir,
        "scope": "offline_access patient/*.read",
    }


@pytest.fixture(scope="module")
def smart(sandbox, member_walk, mayte):
    client = FHIRClient(settings(sandbox))
    client.prepare()
    client.handle_callback(member_walk(client.authorize_url, mayte))
    return client


def test_it_learns_the_endpoints_from_metadata(sandbox):
    client = FHIRClient(settings(sandbox))
    assert client.prepare() is False
    assert client.authorize_url.startswith(sandbox.plan["authorize"] + "?")
    assert client.server.capabilityStatement.fhirVersion == "4.0.1"


def test_it_reads_the_patient_it_was_authorised_for(smart):
    assert smart.ready
    assert smart.human_name(smart.patient.name[0]).endswith("Mayte822 Venegas795")
    assert smart.patient.birthDate.isostring == "2011-01-04"


@pytest.mark.parametrize("model", [Observation, Condition], ids=["Observation", "Condition"])
def test_it_pages_through_a_search_without_losing_or_doubling_any(smart, model):
    search = model.where({"patient": smart.patient_id, "_count": "7"})
    bundles = list(search.perform_iter(smart.server))
    ids = [entry.resource.id for bundle in bundles for entry in bundle.entry or []]
    assert len(bundles) > 1, "one page proves nothing"
    assert all(len(bundle.entry) <= 7 for bundle in bundles)
    assert len(set(ids)) == len(ids) == bundles[0].total
    assert bundles[-1].total == bundles[0].total


def test_it_refreshes_its_token_and_goes_on(sandbox, member_walk, mayte):
    client = FHIRClient(settings(sandbox))
    client.prepare()
    client.handle_callback(member_walk(client.authorize_url, mayte))
    before = client.server.auth.access_token
    assert client.reauthorize()
    assert client.server.auth.access_token != before
    assert client.patient.id == client.patient_id


def test_it_meets_the_refusals_as_the_errors_it_knows(sandbox, smart):
    with pytest.raises(FHIRPermissionDeniedException):
        list(Coverage.where({}).perform_iter(smart.server))
    with pytest.raises(FHIRNotFoundException):
        Observation.read("there-is-none", smart.server)
    stranger = FHIRClient(settings(sandbox))
    stranger.prepare()
    stranger.server.auth.access_token = "unknown"
    with pytest.raises(FHIRUnauthorizedException):
        list(Observation.where({}).perform_iter(stranger.server))
