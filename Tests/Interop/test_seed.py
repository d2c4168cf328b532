"""The three requests of the documented flow, exactly, by curl."""

import json
import subprocess
from urllib.parse import quote

from walk import answer_of


def curl(*arguments):
    """The status and the body of one request."""
    run = subprocess.run(
        ["curl", "--silent", "--show-error", "--max-time", "20", "--write-out", "\n%{http_code}", *arguments],
        capture_output=True, text=True, check=True,
    )
    body, _, status = run.stdout.rpartition("\n")
    return int(status), body


def exchange(sandbox, code):
    return curl(
        "--location", "--request", "POST", sandbox.plan["token"],
        "--header", "Content-Type: application/x-www-form-urlencoded",
        "--data-urlencode", f"client_id={sandbox.app.client_id}",
        "--data-urlencode", f"client_secret={sandbox.app.secret}",
        "--data-urlencode", f"code={code}",
        "--data-urlencode", "grant_type=authorization_code",
    )


def patient(sandbox, token):
    return curl("--location", "--request", "GET", sandbox.fhir + "/Patient", "--header", f"Authorization: Bearer {token}")


def address(sandbox, state):
    """The sample request: redirect_uri stands in it as it is, without percent-encoding."""
    return f"{sandbox.plan['authorize']}?client_id={sandbox.app.client_id}&state={state}&redirect_uri={sandbox.app.redirect_uris[0]}"


def test_the_member_of_the_seed_is_the_first_test_member(mayte):
    assert (mayte["firstName"], mayte["lastName"], mayte["memberId"], mayte["postalCode"]) == ("Mayte822", "Venegas795", "01-testmemid", "02116")
    assert mayte["birthDate"] in ("01/04/2011", "2011-01-04")


def test_the_three_requests_give_exactly_the_member(sandbox, member_walk, mayte):
    member = {**mayte, "birthDate": "01/04/2011"}
    callback = member_walk(address(sandbox, "seed-state"), member)
    assert callback.startswith(sandbox.app.redirect_uris[0] + "?")
    answer = answer_of(callback)
    assert answer["state"] == "seed-state" and answer["iss"] == sandbox.issuer
    status, body = exchange(sandbox, answer["code"])
    assert status == 200, body
    token = json.loads(body)
    assert set(token) == {"access_token", "token_type", "expires_in", "scope", "patient", "refresh_token"}
    assert token["token_type"] == "Bearer" and token["expires_in"] == 3600
    status, body = patient(sandbox, token["access_token"])
    bundle = json.loads(body)
    assert (status, bundle["resourceType"], bundle["type"], bundle["total"]) == (200, "Bundle", "searchset", 1)
    resource = bundle["entry"][0]["resource"]
    assert resource["resourceType"] == "Patient" and resource["id"] == token["patient"]
    assert resource["birthDate"] == "2011-01-04"
    assert any(name["family"] == "Venegas795" and "Mayte822" in name["given"] for name in resource["name"])
    assert any(place.get("postalCode", "")[:5] == "02116" for place in resource["address"])


def test_without_a_state_none_comes_back(sandbox, member_walk, mayte):
    url = f"{sandbox.plan['authorize']}?client_id={sandbox.app.client_id}&redirect_uri={sandbox.app.redirect_uris[0]}"
    assert set(answer_of(member_walk(url, mayte))) == {"code", "iss"}


def test_a_state_comes_back_byte_for_byte(sandbox, member_walk, mayte):
    state = "a b+c&d=e#f%20/?'\"<>~" + "x" * 300
    assert answer_of(member_walk(address(sandbox, quote(state, safe="")), mayte))["state"] == state


def test_a_code_used_twice_fails_and_ends_the_token_of_the_first_use(sandbox, member_walk, mayte):
    code = answer_of(member_walk(address(sandbox, "s"), mayte))["code"]
    token = json.loads(exchange(sandbox, code)[1])
    assert patient(sandbox, token["access_token"])[0] == 200
    status, body = exchange(sandbox, code)
    assert (status, json.loads(body)["error"]) == (400, "invalid_grant")
    assert patient(sandbox, token["access_token"])[0] == 401
    status, body = curl(
        sandbox.plan["token"], "--data-urlencode", f"client_id={sandbox.app.client_id}", "--data-urlencode", f"client_secret={sandbox.app.secret}",
        "--data-urlencode", f"refresh_token={token['refresh_token']}", "--data-urlencode", "grant_type=refresh_token",
    )
    assert (status, json.loads(body)["error"]) == (400, "invalid_grant")
