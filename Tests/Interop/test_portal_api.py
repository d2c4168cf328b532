"""The portal's OpenAPI document, held to what the server does by schemathesis: no 5xx, no answer that it does not declare."""

import json
import subprocess
import sys

import pytest
import requests

from mailbox import SandboxMailbox, fresh_address
from portal import PASSWORD, link_in

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.fixture(scope="module")
def portal(start_sandbox):
    return start_sandbox("--password-cost", "4", members=0)


@pytest.fixture(scope="module")
def token(portal):
    """A developer who signed up as JSON and has an application."""
    api, email = portal.portal + "/api/portal", fresh_address("ana")
    wish = {"name": "Ana Field", "email": email, "password": PASSWORD}
    assert requests.post(api + "/accounts", json=wish, timeout=120).status_code == 202
    link = link_in(SandboxMailbox(portal).newest(email), portal.portal + "/portal/confirm/").rsplit("/", 1)[1]
    answer = requests.post(api + "/accounts/confirmation", json={"link": link, "password": PASSWORD}, timeout=120)
    assert answer.status_code == 201, answer.text
    return answer.json()["token"]


def test_the_document_says_what_the_server_does(portal, token, tmp_path):
    # Made requests shall meet an application that is there, and a verification that has begun.
    headers = {"Authorization": f"Bearer {token}"}
    api = portal.portal + "/api/portal"
    details = {"app_name": "Records", "description": "Receives records", "home_page": "https://l.example", "redirect_uris": ["https://l.example/cb"]}
    client = requests.post(api + "/applications", json=details, headers=headers, timeout=120).json()["clientId"]
    organization = {"contact_name": "Ana", "company": "L", "website": "https://lakeside.example", "work_email": "ana@lakeside.example",
                    "sponsor_name": "Maria", "sponsor_role": "CIO", "sponsor_email": "maria@lakeside.example"}
    assert requests.post(f"{api}/applications/{client}/verification", json=organization, headers=headers, timeout=120).status_code == 200
    document = requests.get(api + "/openapi.json", timeout=120).json()
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                parameter["schema"]["enum"] = [client]
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", str(tmp_path / "openapi.json"), "--url", portal.portal, "--checks", CHECKS,
        "--max-examples", "8", "-H", f"Authorization: Bearer {token}", "--exclude-operation-id", "signOut", "--seed", "7", "--no-color",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=tmp_path)
    print(done.stdout[-2500:])
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert f"Tested: {sum(map(len, document['paths'].values())) - 1}" in done.stdout


def test_nobody_without_a_token_gets_in(portal):
    api = portal.portal + "/api/portal"
    document = requests.get(api + "/openapi.json", timeout=120).json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if "security" in operation:
                answer = requests.request(method, portal.portal + path.replace("{client}", "app-x"), timeout=120)
                assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == "Bearer", (method, path)
