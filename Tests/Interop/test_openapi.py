"""The OpenAPI document of the OAuth and FHIR addresses, asked for everything it declares by a tool that no one here wrote: nothing answers with a
status or a type that it does not name, and nothing fails."""

import pathlib
import subprocess
import sys

import requests

# Other types have the addresses and the shapes of these.
PATHS = r"^/(metadata|\.well-known|authorize|token|revoke|introspect|Patient|Observation|DocumentReference|Practitioner)\b"
# These would ask a search to refuse what it ignores by design, and every address to answer a method of the tool's own.
LEFT_OUT = "positive_data_acceptance,negative_data_rejection,missing_required_header,unsupported_method,ignored_auth"


def test_the_server_answers_as_the_document_says(sandbox, granted):
    schemathesis = pathlib.Path(sys.executable).with_name("schemathesis")
    run = subprocess.run(
        [schemathesis, "run", f"http://localhost:{sandbox.port}/docs/openapi.json", "--max-examples=5", "--phases=coverage,fuzzing", "--no-shrink", "--generation-deterministic", "--no-color",
         f"--include-path-regex={PATHS}", f"--exclude-checks={LEFT_OUT}", f"--header=Authorization: Bearer {granted['access_token']}"],
        capture_output=True, text=True, timeout=600, cwd=sandbox.data.parent)
    assert run.returncode == 0, run.stdout[-6000:]
    assert "No issues found" in run.stdout or "passed" in run.stdout, run.stdout[-2000:]


def test_the_document_names_every_shared_type_and_none_that_is_never_shared(sandbox):
    document = requests.get(f"http://localhost:{sandbox.port}/docs/openapi.json", timeout=120).json()
    served = requests.get(f"http://localhost:{sandbox.port}/demo/r4/metadata", timeout=120).json()["rest"][0]["resource"]
    assert document["openapi"].startswith("3.1")
    types = {path.split("/")[1] for path in document["paths"] if path[1].isupper()}
    assert types == {resource["type"] for resource in served}
    assert not types & {"ExplanationOfBenefit", "Coverage", "Claim", "ClaimResponse"}
    for resource in served:
        declared = {parameter["name"] for parameter in document["paths"][f"/{resource['type']}"]["get"]["parameters"]}
        assert {parameter["name"] for parameter in resource["searchParam"]} <= declared, resource["type"]
