"""Resources that others wrote come back byte for byte, but for `meta.versionId` and `meta.lastUpdated`.

They are not part of the project: PAYERBRIDGE_SHARED, else ../shared, is where they may lie.
"""

import csv
import json
import os
import pathlib
import re
import subprocess
from types import SimpleNamespace

import pytest

from api import API, link
from mailbox import SandboxMailbox
from oauth import Member
from sandbox import ROOT, program

FOLDER = pathlib.Path(os.environ.get("PAYERBRIDGE_SHARED", ROOT / "../shared"))
EXAMPLES = FOLDER / "reference/standards-data/us-core-6.1.0/examples"
SMALL = FOLDER / "data/small.tar.zst"
NEVER = {"Coverage", "Claim", "ClaimResponse", "ExplanationOfBenefit"}
PLANS_OWN = {"Endpoint", "Location", "Medication", "Organization", "Practitioner", "PractitionerRole"}
STAMP = r'"(?:versionId|lastUpdated)"\s*:\s*"[^"]*"'


def plain(text):
    """The text of a resource without the two stamps and what separates them from the rest."""
    text = re.sub(r'"meta"\s*:\s*\{\s*', '"meta":{', text)
    text = re.sub(rf"\s*,\s*{STAMP}", "", text)
    text = re.sub(rf"{STAMP}\s*,?\s*", "", text)
    return re.sub(r',"meta":\{\s*\}', "", text)


def values(text):
    """The texts of the resources in a Bundle with their addresses, or of the one resource, as they stand in the file."""
    whole = json.loads(text)
    if whole["resourceType"] != "Bundle":
        yield None, whole, text.strip()
        return
    decoder, at = json.JSONDecoder(), 0
    for entry in whole["entry"]:
        # Entries come in order, each with one resource; `search` may stand around them.
        at = re.compile(r'"resource"\s*:\s*').search(text, at).end()
        resource, end = decoder.raw_decode(text, at)
        assert resource == entry["resource"]
        yield entry.get("fullUrl"), resource, text[at:end]
        at = end


def lead_home(texts, home):
    """In a transaction a reference names a place in the Bundle, or what to look for; kept is what it leads to."""
    def one(found):
        return found[1] + home.get(found[2], found[2]) + found[3]
    return re.sub(r'("reference"\s*:\s*")([^"]*)(")', one, texts)


def read_files(folder):
    """By Type/id the text that must come back; what stands twice with different content is left out."""
    found, home, twice = {}, {}, set()
    for path in sorted(folder.rglob("*.json")):
        for address, resource, text in values(path.read_text()):
            name = f"{resource['resourceType']}/{resource['id']}"
            if address and address.startswith("urn:"):
                home[address] = name
            for identifier in resource.get("identifier", []) if isinstance(resource.get("identifier"), list) else []:
                home[f"{resource['resourceType']}?identifier={identifier.get('system')}|{identifier.get('value')}"] = name
            if name in found and found[name] != text:
                twice.add(name)
            found[name] = text
    return {name: lead_home(text, home) for name, text in found.items() if name not in twice}


@pytest.fixture(scope="module", params=["the examples of US Core", "whole patients"])
def kept(request, start_sandbox, tmp_path_factory):
    """A sandbox that holds the files, and a roster that says who the members are."""
    folder = tmp_path_factory.mktemp("files")
    if request.param == "whole patients":
        if not SMALL.exists():
            pytest.skip(f"there is no {SMALL}")
        subprocess.run(["tar", "-I", "zstd", "-xf", str(SMALL), "-C", str(folder)], check=True)
    else:
        if not EXAMPLES.is_dir():
            pytest.skip(f"there is no {EXAMPLES}")
        folder = EXAMPLES
    texts = read_files(folder)
    sandbox = start_sandbox(members=0)

    def run(*arguments):
        return subprocess.run([program(), *map(str, arguments), "--data", str(sandbox.data)], capture_output=True, text=True)

    run("import", folder)
    members = []
    for name, text in texts.items():
        if name.startswith("Patient/"):
            patient = json.loads(text)
            known = patient["name"][0]
            members.append({"memberId": f"M-{patient['id']}"[:30], "firstName": known["given"][0], "lastName": known["family"],
                            "birthDate": patient.get("birthDate", "2000-01-01"), "postalCode": "02116", "patient": patient["id"]})
    roster = tmp_path_factory.mktemp("roster") / "roster.csv"
    with open(roster, "w") as file:
        rows = csv.writer(file)
        rows.writerow(["member_id", "first_name", "last_name", "birth_date", "postal_code", "patient_id"])
        rows.writerows([member["memberId"], member["firstName"], member["lastName"], member["birthDate"], member["postalCode"], member["patient"]] for member in members)
    told = run("members", "import", roster)
    return SimpleNamespace(sandbox=sandbox, texts=texts, members=members, told=told.stdout + told.stderr, play=Member(sandbox, SandboxMailbox(sandbox)))


def bodies(api, type):
    """Every resource of a type as its bytes came."""
    url = f"{type}?_count=1000"
    while url:
        answer = api.ask("GET", url)
        assert answer.status_code == 200, answer.text[:300]
        entries = answer.content.decode().split('"entry":[', 1)
        for part in entries[1].removesuffix("]}").split(',"search":{"mode":"match"}}') if len(entries) > 1 else []:
            if part:
                yield part.split('"resource":', 1)[1]
        url = link(json.loads(answer.content), "next")


def test_every_shared_resource_comes_back_as_it_went_in(kept):
    shared = {entry["type"] for entry in API(kept.sandbox.fhir, "", "").ask("GET", "metadata").json()["rest"][0]["resource"]}
    missing = {name: text for name, text in kept.texts.items() if name.split("/")[0] in shared}
    expected = len(missing)
    assert kept.members, kept.told
    for number, member in enumerate(kept.members):
        granted = kept.play.tokens(member)
        assert granted["patient"] == member["patient"]
        api = API(kept.sandbox.fhir, granted["access_token"], granted["patient"])
        for type in sorted(shared - (PLANS_OWN if number else set())):
            for text in bodies(api, type):
                resource = json.loads(text)
                name = f"{type}/{resource['id']}"
                if name in kept.texts and name in missing:
                    assert set(resource["meta"]) >= {"versionId", "lastUpdated"}
                    assert plain(text) == plain(missing.pop(name)), name
    assert not missing, f"{len(missing)} of {expected} did not come back: {sorted(missing)[:5]}"
    assert expected > 100


def test_what_is_never_shared_of_them_is_refused(kept):
    granted = kept.play.tokens(kept.members[0])
    api = API(kept.sandbox.fhir, granted["access_token"], granted["patient"])
    for name in [name for name in kept.texts if name.split("/")[0] in NEVER][:5]:
        api.refusal("GET", name, 403)
