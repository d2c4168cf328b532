"""The authorize endpoint: errors stay on a page until client and address are proven, then they travel back."""

from types import SimpleNamespace
from urllib.parse import quote, urlencode

import pytest
import requests

from oauth import PKCE, exactly
from scenario import Row, check, table
from walk import answer_of


@pytest.fixture(scope="module")
def ask(sandbox):
    """ask(**parameters) sends the seed's parameters with these on top (None leaves one out); ask.raw(query) sends a query as it is."""

    def send(**parameters):
        known = {"client_id": sandbox.app.client_id, "redirect_uri": sandbox.app.redirect_uris[0], "state": "st", **parameters}
        return raw(urlencode({name: value for name, value in known.items() if value is not None}))

    def raw(query, method="GET", **more):
        if method == "POST":
            return requests.post(sandbox.plan["authorize"], allow_redirects=False, timeout=120, **more)
        return exactly("GET", sandbox.plan["authorize"] + ("?" + query if query else ""))

    both = urlencode({"client_id": sandbox.app.client_id, "redirect_uri": sandbox.app.redirect_uris[0]})
    return SimpleNamespace(send=send, raw=raw, both=both, app=sandbox.app, redirect=sandbox.app.redirect_uris[0], fhir=sandbox.fhir)


PAGE = ("<html", "</html>", "<h1>")


@table(
    Row("nobody", lambda a: a.raw(""), 400, PAGE),
    Row("no client_id", lambda a: a.send(client_id=None), 400, PAGE),
    Row("an empty client_id", lambda a: a.send(client_id=""), 400, PAGE),
    Row("an unknown client", lambda a: a.send(client_id="unknown"), 400, PAGE),
    Row("a client_id twice", lambda a: a.raw(a.both + "&client_id=x"), 400, PAGE),
    Row("a client_id of 5000 characters", lambda a: a.send(client_id="c" * 5000), 400, PAGE),
    Row("a client_id with markup", lambda a: a.send(client_id="<script>alert(1)</script>"), 400, PAGE, ("<script>alert",)),
    Row("no redirect_uri", lambda a: a.send(redirect_uri=None), 400, PAGE),
    Row("an unregistered redirect_uri", lambda a: a.send(redirect_uri="https://evil.example/callback"), 400, PAGE, ("evil.example",)),
    Row("a registered one with a slash more", lambda a: a.send(redirect_uri=a.redirect + "/"), 400, PAGE),
    Row("a registered one with a query", lambda a: a.send(redirect_uri=a.redirect + "?x=1"), 400, PAGE),
    Row("a registered one with a fragment", lambda a: a.send(redirect_uri=a.redirect + "#x"), 400, PAGE),
    Row("a registered one in upper case", lambda a: a.send(redirect_uri=a.redirect.replace("http", "HTTP", 1)), 400, PAGE),
    Row("a registered one with dots", lambda a: a.send(redirect_uri=a.redirect + "/../callback"), 400, PAGE),
    Row("all registered ones in a list", lambda a: a.send(redirect_uri=",".join(a.app.redirect_uris) + ","), 400, PAGE),
    Row("a redirect_uri twice", lambda a: a.raw(a.both + "&redirect_uri=https://evil.example/"), 400, PAGE, ("evil.example",)),
    Row("a redirect_uri of 5000 characters", lambda a: a.send(redirect_uri="https://a.example/" + "p" * 5000), 400, PAGE),
    Row("a broken percent escape", lambda a: a.raw(a.both + "&state=%zz"), 400, PAGE),
    Row("a NUL", lambda a: a.raw(a.both + "&state=%00"), 400, PAGE),
    Row("bytes that are no UTF-8", lambda a: a.raw(a.both + "&state=%ff%fe"), 400, PAGE),
    Row("a hundred parameters", lambda a: a.raw(a.both + "&x=1" * 100), 400, PAGE),
    Row("a form of another kind", lambda a: a.raw("", "POST", json={"client_id": "x"}), 400, PAGE),
    Row("a form of 100 KB", lambda a: a.raw("", "POST", data={"client_id": "x" * 100_000}), (400, 413), PAGE),
)
def test_what_is_not_proven_stays_on_a_page(ask, row):
    answer = check(row, row.ask(ask))
    assert "Location" not in answer.headers and "Set-Cookie" not in answer.headers
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


BACK = 303


@table(
    Row("response_type=token", lambda a: (a.send(response_type="token"), "unsupported_response_type"), BACK),
    Row("response_type twice", lambda a: (a.raw(a.both + "&state=st&response_type=code&response_type=code"), "invalid_request"), BACK),
    Row("a fragment response_mode", lambda a: (a.send(response_mode="fragment"), "invalid_request"), BACK),
    Row("a request object", lambda a: (a.send(request="eyJ"), "invalid_request"), BACK),
    Row("a request_uri", lambda a: (a.send(request_uri="https://evil.example/"), "invalid_request"), BACK),
    Row("a scope that only writes", lambda a: (a.send(scope="patient/*.cud"), "invalid_scope"), BACK),
    Row("a scope of the whole system", lambda a: (a.send(scope="system/*.read"), "invalid_scope"), BACK),
    Row("a malformed scope", lambda a: (a.send(scope="patient/Observation.sr"), "invalid_scope"), BACK),
    Row("a scope of 300 parts", lambda a: (a.send(scope=" ".join(f"x{n}" for n in range(300))), "invalid_scope"), BACK),
    Row("scope twice", lambda a: (a.raw(a.both + "&state=st&scope=patient/*.read&scope=patient/*.read"), "invalid_request"), BACK),
    Row("another aud", lambda a: (a.send(aud="https://evil.example/r4"), "invalid_request"), BACK),
    Row("another resource", lambda a: (a.send(resource="https://evil.example/r4"), "invalid_target"), BACK),
    Row("aud twice", lambda a: (a.raw(a.both + f"&state=st&aud={a.fhir}&aud={a.fhir}"), "invalid_request"), BACK),
    Row("a plain code_challenge", lambda a: (a.send(code_challenge="c" * 43, code_challenge_method="plain"), "invalid_request"), BACK),
    Row("a code_challenge without a method", lambda a: (a.send(code_challenge="c" * 43), "invalid_request"), BACK),
    Row("a method without a code_challenge", lambda a: (a.send(code_challenge_method="S256"), "invalid_request"), BACK),
    Row("a short code_challenge", lambda a: (a.send(code_challenge="short", code_challenge_method="S256"), "invalid_request"), BACK),
    Row("code_challenge twice",
        lambda a: (a.raw(a.both + "&state=st&code_challenge_method=S256" + "&code_challenge=" + "c" * 43 + "&code_challenge=" + "d" * 43), "invalid_request"), BACK),
)
def test_what_is_wrong_besides_travels_back_with_the_state(ask, sandbox, row):
    answer, error = row.ask(ask)
    check(row, answer)
    assert answer.headers["Location"].startswith(ask.redirect + "?"), answer.headers["Location"]
    back = answer_of(answer.headers["Location"])
    assert back["error"] == error and back["error_description"]
    assert back["state"] == "st" and back["iss"] == sandbox.issuer
    assert "code" not in back and "evil" not in answer.headers["Location"]


@pytest.mark.parametrize("query", ["&state=a&state=b", "&state=" + "s" * 2049, "&state=%0d%0aX-Evil:1", "&state=%E2%82%AC"],
                         ids=["twice", "too long", "with a line break", "outside ASCII"])
def test_a_bad_state_is_refused_and_not_repeated(ask, query):
    answer = ask.raw(ask.both + query)
    assert answer.status_code == 303 and "X-Evil" not in answer.headers
    back = answer_of(answer.headers["Location"])
    assert back["error"] == "invalid_request" and "state" not in back


@table(
    Row("the seed's three", lambda a: a.send(), 303),
    Row("without state", lambda a: a.send(state=None), 303),
    Row("as a form", lambda a: a.raw("", "POST", data={"client_id": a.app.client_id, "redirect_uri": a.redirect}), 303),
    Row("with everything", lambda a: a.send(response_type="code", aud=a.fhir, scope="launch/patient patient/*.rs", **PKCE().parameters), 303),
    Row("aud with a last slash", lambda a: a.send(aud=a.fhir + "/"), 303),
    Row("an unknown parameter besides", lambda a: a.send(prompt="login"), 303),
    Row("a state of 2048 characters", lambda a: a.send(state="s" * 2048), 303),
    Row("a granular scope", lambda a: a.send(scope="patient/Observation.rs?category=" + quote("laboratory")), 303),
)
def test_what_is_right_leads_to_the_members_pages(ask, sandbox, row):
    answer = check(row, row.ask(ask))
    assert answer.headers["Location"].startswith(sandbox.issuer + "/authorization/")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_another_method_is_refused_with_what_is_allowed(sandbox, method):
    answer = requests.request(method, sandbox.plan["authorize"], timeout=120)
    assert answer.status_code == 405
    assert {"GET", "POST"} <= {name.strip() for name in answer.headers["Allow"].split(",")}
