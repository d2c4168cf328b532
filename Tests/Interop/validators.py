"""Judges JSON with two libraries: fhirkit-rs knows R4 with every rule of the specification, fhir.resources the R4B classes."""

import json

import fhirkit
from fhir.resources.R4B import get_fhir_model_class


def problems(resource):
    """Everything either library objects to; `resource` is bytes or plain values."""
    text = resource if isinstance(resource, (bytes, str)) else json.dumps(resource)
    found = [f"fhirkit: {issue}" for issue in fhirkit.validate(text) if issue.severity == "error"]
    values = json.loads(text)
    try:
        get_fhir_model_class(values["resourceType"]).model_validate(values)
    except Exception as error:
        found.append(f"fhir.resources: {str(error)[:600]}")
    return found


def assert_valid(resources):
    """Fails with the first few problems, each with its resource named."""
    bad = [(resource, found) for resource in resources if (found := problems(resource))]
    shown = "\n".join(f"{str(resource)[:160]}\n  {found}" for resource, found in bad[:5])
    assert not bad, f"{len(bad)} are not valid:\n{shown}"
