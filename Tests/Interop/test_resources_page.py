"""Documentation/resources.md says of each type what `metadata` says. `bin/endpoints` writes it."""

import re

import pytest

from sandbox import ROOT
from test_us_core_search import TOGETHER, TYPES, expectation

COMMON = ["_id", "_lastUpdated", "_profile", "_tag", "_security", "_source"]


@pytest.fixture(scope="module")
def sections():
    parts = re.split(r"^## (\w+)$", (ROOT / "Documentation/resources.md").read_text(), flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2]))}


def test_the_page_has_a_section_for_each_type(sections):
    assert list(sections)[1:] == TYPES
    assert all(f"`{name}`" in sections[""] for name in COMMON)


@pytest.mark.parametrize("type", TYPES)
def test_the_page_lists_what_metadata_lists(complete, sections, type):
    """When this fails, the API has changed: run bin/endpoints."""
    entry, text = complete.types[type], sections[type]
    rows = re.findall(r"^\| `([^`]+)` \| (\w+) \| (\w*) ?\|$", text, flags=re.MULTILINE)
    offered = [(each["name"], each["type"], expectation(each) or "") for each in entry["searchParam"]]
    assert [row[0] for row in offered[: len(COMMON)]] == COMMON
    assert rows == offered[len(COMMON):]
    together = [[each.get("valueString", each.get("valueCode")) for each in extension["extension"]] for extension in entry.get("extension", []) if extension["url"] == TOGETHER]
    told = re.search(r"^Together: (.*)\.$", text, flags=re.MULTILINE)
    written = re.findall(r"((?:`[\w-]+`(?: \+ )?)+) \((\w+)\)", told[1]) if told else []
    assert [[strength, *re.findall(r"`([\w-]+)`", names)] for names, strength in written] == together
    for list, name in (("searchInclude", "_include"), ("searchRevInclude", "_revinclude")):
        line = re.search(rf"^`{name}`: (.*)\.$", text, flags=re.MULTILINE)[1]
        assert re.findall(r"`([^`]+)`", line) == entry[list]
    assert [profile.rpartition("/")[2] for profile in entry.get("supportedProfile", [])] == re.findall(r"`([^`]+)`", (re.search(r"^Profiles: (.*)$", text, flags=re.MULTILINE) or [""])[0])


@pytest.mark.parametrize("type", TYPES)
def test_the_request_on_the_page_is_one_that_the_api_takes(complete, sections, type):
    address, = re.findall(r"^curl .*'http://localhost:8080/demo/r4/(.*)'$", sections[type], flags=re.MULTILINE)
    assert address.startswith(type + "?")
    complete.api.get(address)
