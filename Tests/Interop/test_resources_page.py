"""The page of resource types says what metadata says; bin/endpoints writes it anew."""

import re

import requests

from sandbox import ROOT


def test_the_page_lists_each_type_with_the_parameters_that_metadata_names(sandbox):
    page = (ROOT / "Documentation/resources.md").read_text()
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page, re.M | re.S))
    resources = requests.get(sandbox.fhir + "/metadata", timeout=10).json()["rest"][0]["resource"]
    assert list(sections) == [resource["type"] for resource in resources]
    for resource in resources:
        rows = re.findall(r"^\| `([^`]+)` \| (\w+) \|", sections[resource["type"]], re.M)
        assert rows == [(p["name"], p["type"]) for p in resource["searchParam"]], f"{resource['type']}: run bin/endpoints"
        for include in resource["searchInclude"]:
            assert f"`{include}`" in sections[resource["type"]]


def test_every_type_has_a_request_and_its_answer():
    page = (ROOT / "Documentation/resources.md").read_text()
    sections = re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page, re.M | re.S)
    for name, text in sections:
        assert f"/demo/r4/{name}?" in text and '"resourceType": "Bundle"' in text
