"""Token, revoke and introspect: nobody, the wrong client, the wrong words, the right ones."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
import requests

from oauth import PKCE, authorize_url, bearer, exactly, post
from scenario import Row, check, table
from walk import answer_of

UNKNOWN = {name: f"{name}_" + "A" * 43 for name in ("p2pc", "p2pa", "p2pr")}


@pytest.fixture(scope="module")
def live(sandbox, play, mayte):
    """A code with PKCE that no refused request may use up, and how to send it."""
    pkce = PKCE()
    code = play.code(mayte, **pkce.parameters)
    right = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": sandbox.app.redirect_uris[0], "code_verifier": pkce.verifier,
        **sandbox.app.credentials,
    }

    def send(auth=None, headers=None, **changes):
        fields = {name: value for name, value in {**right, **changes}.items() if value is not None}
        return post(sandbox.plan["token"], fields, auth, headers=headers)

    def raw(body):
        return requests.post(sandbox.plan["token"], data=body, headers={"Content-Type": "application/x-www-form-urlencoded"}, timeout=120)

    hidden = (code, sandbox.app.secret, pkce.verifier)
    return SimpleNamespace(send=send, raw=raw, right=right, app=sandbox.app, pkce=pkce, hidden=hidden, url=sandbox.plan["token"])


def encoded(fields):
    return requests.models.RequestEncodingMixin._encode_params(fields)


CLIENT, REQUEST, GRANT = ('"error":"invalid_client"',), ('"error":"invalid_request"',), ('"error":"invalid_grant"',)


@table(
    Row("nobody", lambda l: l.send(client_id=None, client_secret=None), 401, CLIENT),
    Row("an unknown client", lambda l: l.send(client_id="unknown"), 401, CLIENT),
    Row("a wrong secret", lambda l: l.send(client_secret="wrong"), 401, CLIENT),
    Row("no secret", lambda l: l.send(client_secret=None), 401, CLIENT),
    Row("an empty secret", lambda l: l.send(client_secret=""), 401, CLIENT),
    Row("a secret of 5000 characters", lambda l: l.send(client_secret="s" * 5000), 401, CLIENT),
    Row("a wrong secret in the header", lambda l: l.send(auth=(l.app.client_id, "wrong"), client_id=None, client_secret=None), 401, CLIENT),
    Row("a header that is not Basic", lambda l: l.send(headers={"Authorization": "Basic ~~~"}, client_id=None, client_secret=None), 401, CLIENT),
    Row("secrets in two places", lambda l: l.send(auth=(l.app.client_id, l.app.secret)), 400, REQUEST),
    Row("a client assertion", lambda l: l.send(client_secret=None, client_assertion="x", client_assertion_type="y"), (400, 401), ('"error":"invalid_',)),
    Row("client_id twice", lambda l: l.raw(encoded(l.right) + "&client_id=x"), 400, REQUEST),
    Row("no grant_type", lambda l: l.send(grant_type=None), 400, REQUEST),
    Row("an unknown grant_type", lambda l: l.send(grant_type="password"), 400, ('"error":"unsupported_grant_type"',)),
    Row("client_credentials", lambda l: l.send(grant_type="client_credentials"), 400, ('"error":"un',)),
    Row("grant_type twice", lambda l: l.raw(encoded(l.right) + "&grant_type=authorization_code"), 400, REQUEST),
    Row("no code", lambda l: l.send(code=None), 400, REQUEST),
    Row("an unknown code", lambda l: l.send(code=UNKNOWN["p2pc"]), 400, GRANT),
    Row("a code that cannot be one", lambda l: l.send(code="x" * 4000), 400, GRANT),
    Row("code twice", lambda l: l.raw(encoded(l.right) + "&code=x"), 400, REQUEST),
    Row("another redirect_uri", lambda l: l.send(redirect_uri="https://evil.example/"), 400, GRANT, ("evil.example",)),
    Row("no code_verifier", lambda l: l.send(code_verifier=None), 400, GRANT),
    Row("an empty code_verifier", lambda l: l.send(code_verifier=""), 400, ('"error":"invalid_',)),
    Row("a wrong code_verifier", lambda l: l.send(code_verifier="w" * 43), 400, GRANT),
    Row("the challenge as code_verifier", lambda l: l.send(code_verifier=l.pkce.challenge), 400, GRANT),
    Row("a short code_verifier", lambda l: l.send(code_verifier="short"), 400, REQUEST),
    Row("no refresh_token", lambda l: l.send(grant_type="refresh_token"), 400, REQUEST),
    Row("an unknown refresh_token", lambda l: l.send(grant_type="refresh_token", refresh_token=UNKNOWN["p2pr"]), 400, GRANT),
    Row("a JSON body", lambda l: requests.post(l.url, json=l.right, timeout=120), 400, REQUEST),
    Row("no body", lambda l: l.raw(""), (400, 401), ('"error":"invalid_',)),
    Row("a body of 100 KB", lambda l: l.send(filler="f" * 100_000), (400, 413), REQUEST),
    Row("a hundred parameters", lambda l: l.raw(encoded(l.right) + "&x=1" * 100), 400, REQUEST),
    Row("a broken percent escape", lambda l: l.raw(encoded(l.right) + "&x=%zz"), 400, REQUEST),
    Row("bytes that are no UTF-8", lambda l: l.raw(encoded(l.right) + "&x=%ff"), 400, REQUEST),
    Row("a NUL", lambda l: l.raw(encoded(l.right) + "&x=%00"), 400, REQUEST),
    Row("everything in the address", lambda l: requests.post(l.url + "?" + encoded(l.right), data="", timeout=120), (400, 401), ('"error":"invalid_',)),
)
def test_a_refused_token_request_says_why_in_the_words_of_the_standard(live, row):
    answer = check(row, row.ask(live), live.hidden)
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json()["error_description"] and "access_token" not in answer.json()
    if answer.status_code == 401 and "Authorization" in answer.request.headers:
        assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_an_unknown_client_and_a_wrong_secret_look_the_same(live):
    unknown, wrong = live.send(client_id="unknown"), live.send(client_secret="wrong")
    assert (unknown.status_code, unknown.content) == (wrong.status_code, wrong.content)


def test_none_of_the_refused_requests_used_up_the_code(live):
    """Runs after the table; the code still works, once."""
    live.send(client_secret="wrong"), live.send(code_verifier="w" * 43), live.send(redirect_uri="https://evil.example/")
    answer = live.send()
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["Pragma"] == "no-cache"
    assert answer.json()["token_type"] == "Bearer"
    assert live.send().json()["error"] == "invalid_grant"


def test_a_verifier_for_a_code_that_had_no_challenge_is_refused(sandbox, play, mayte):
    fields = {"grant_type": "authorization_code", "code": play.code(mayte), "code_verifier": "v" * 43, **sandbox.app.credentials}
    assert post(sandbox.plan["token"], fields).json()["error"] == "invalid_grant"


def test_a_code_of_another_client_is_refused_and_stays_usable(sandbox, play, mayte, stranger):
    fields = {"grant_type": "authorization_code", "code": play.code(mayte)}
    assert post(sandbox.plan["token"], {**fields, **stranger.credentials}).json()["error"] == "invalid_grant"
    assert post(sandbox.plan["token"], {**fields, **sandbox.app.credentials}).status_code == 200


def test_a_code_of_another_server_is_unknown_here(sandbox, other, mayte):
    fields = {"grant_type": "authorization_code", "code": other.play.code(), **sandbox.app.credentials}
    assert post(sandbox.plan["token"], fields).json()["error"] in ("invalid_grant", "invalid_client")


def test_only_one_of_many_simultaneous_uses_of_a_code_wins(sandbox, play, mayte):
    fields = {"grant_type": "authorization_code", "code": play.code(mayte), **sandbox.app.credentials}
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: post(sandbox.plan["token"], fields), range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 9
    token = next(answer.json()["access_token"] for answer in answers if answer.status_code == 200)
    assert requests.get(sandbox.fhir + "/Patient", headers=bearer(token), timeout=120).status_code == 401, "a second use ends the first"


@pytest.mark.parametrize("endpoint", ["/token", "/revoke", "/introspect"])
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "TRACE"])
def test_another_method_is_refused_with_what_is_allowed(sandbox, endpoint, method):
    answer = requests.request(method, sandbox.issuer + endpoint, timeout=120)
    assert answer.status_code == 405 and "POST" in answer.headers["Allow"]


@pytest.fixture(scope="module")
def inquiry(sandbox, granted):
    def send(endpoint, auth=None, **fields):
        known = {"token": granted["access_token"], **sandbox.app.credentials, **fields}
        return post(sandbox.issuer + endpoint, {name: value for name, value in known.items() if value is not None}, auth)

    def raw(endpoint, tail):
        body = encoded({"token": granted["access_token"], **sandbox.app.credentials}) + tail
        return requests.post(sandbox.issuer + endpoint, data=body, headers={"Content-Type": "application/x-www-form-urlencoded"}, timeout=120)

    return SimpleNamespace(send=send, raw=raw, hidden=(granted["access_token"], granted["refresh_token"], sandbox.app.secret))


@pytest.mark.parametrize("endpoint", ["/revoke", "/introspect"])
@table(
    Row("nobody", lambda i, e: i.send(e, client_id=None, client_secret=None), 401, CLIENT),
    Row("an unknown client", lambda i, e: i.send(e, client_id="unknown"), 401, CLIENT),
    Row("a wrong secret", lambda i, e: i.send(e, client_secret="wrong"), 401, CLIENT),
    Row("a bearer token as the client", lambda i, e: requests_bearer(i, e), (400, 401), ('"error":"invalid_',)),
    Row("no token", lambda i, e: i.send(e, token=None), 400, REQUEST),
    Row("token twice", lambda i, e: i.raw(e, "&token=x"), 400, REQUEST),
    Row("a body of 100 KB", lambda i, e: i.send(e, filler="f" * 100_000), (400, 413), REQUEST),
    Row("a broken percent escape", lambda i, e: i.raw(e, "&x=%zz"), 400, REQUEST),
)
def test_a_refused_inquiry_says_why_and_changes_nothing(sandbox, granted, inquiry, endpoint, row):
    check(row, row.ask(inquiry, endpoint), inquiry.hidden)
    assert requests.get(sandbox.fhir + "/Patient?_summary=count", headers=bearer(granted["access_token"]), timeout=120).status_code == 200


def requests_bearer(inquiry, endpoint):
    class Bearer(requests.auth.AuthBase):
        def __call__(self, request):
            request.headers["Authorization"] = "Bearer " + inquiry.hidden[0]
            return request

    return inquiry.send(endpoint, Bearer(), client_id=None, client_secret=None)


@pytest.mark.parametrize("token", [UNKNOWN["p2pa"], UNKNOWN["p2pr"], "x", "x" * 5000, "ключ"], ids=["access", "refresh", "short", "long", "other letters"])
def test_an_unknown_token_is_inactive_and_revoking_it_is_no_error(inquiry, token):
    answer = inquiry.send("/introspect", token=token)
    assert (answer.status_code, answer.content) == (200, b'{"active":false}')
    assert inquiry.send("/revoke", token=token).status_code == 200


def test_another_client_learns_nothing_and_ends_nothing(inquiry, sandbox, granted, stranger):
    for token in (granted["access_token"], granted["refresh_token"]):
        assert inquiry.send("/introspect", token=token, **stranger.credentials).content == b'{"active":false}'
        assert inquiry.send("/revoke", token=token, **stranger.credentials).status_code == 200
        fields = {"grant_type": "refresh_token", "refresh_token": token, **stranger.credentials}
        assert post(sandbox.plan["token"], fields).json()["error"] == "invalid_grant"
    assert inquiry.send("/introspect").json()["active"] is True


def test_an_access_token_revoked_ends_alone_and_revoking_it_again_is_no_error(sandbox, play, mayte, inquiry):
    token = play.tokens(mayte)
    for _ in range(2):
        assert inquiry.send("/revoke", token=token["access_token"]).status_code == 200
    assert requests.get(sandbox.fhir + "/Patient", headers=bearer(token["access_token"]), timeout=120).status_code == 401
    fields = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"], **sandbox.app.credentials}
    assert post(sandbox.plan["token"], fields).status_code == 200


@pytest.mark.parametrize("used_as", ["access_token", "refresh_token", "code"])
def test_a_secret_of_one_kind_does_not_pass_for_another(sandbox, play, granted, mayte, used_as):
    code = play.code(mayte)
    if used_as == "access_token":
        for secret in (granted["refresh_token"], code, sandbox.app.secret):
            assert requests.get(sandbox.fhir + "/Patient", headers=bearer(secret), timeout=120).status_code in (400, 401)
        return
    grant = {"code": "authorization_code", "refresh_token": "refresh_token"}[used_as]
    secret = granted["refresh_token"] if used_as == "code" else granted["access_token"]
    answer = post(sandbox.plan["token"], {"grant_type": grant, used_as: secret, **sandbox.app.credentials})
    assert answer.json()["error"] == "invalid_grant"


def test_an_app_without_a_secret_must_use_pkce(sandbox, play, mayte, public_app):
    bare = authorize_url(sandbox, public_app, state="s")
    back = answer_of(exactly("GET", bare).headers["Location"])
    assert back["error"] == "invalid_request" and back["state"] == "s"
    pkce = PKCE()
    fields = {"grant_type": "authorization_code", "code": play.code(mayte, public_app, **pkce.parameters), "client_id": public_app.client_id}
    assert post(sandbox.plan["token"], fields).json()["error"] in ("invalid_grant", "invalid_request")
    assert post(sandbox.plan["token"], {**fields, "code_verifier": pkce.verifier, "client_secret": "made-up"}).json()["error"] == "invalid_client"
    answer = post(sandbox.plan["token"], {**fields, "code_verifier": pkce.verifier})
    assert answer.status_code == 200 and answer.json()["patient"]
