"""Authlib, an OAuth client library for Python, against the authorization server."""

import pytest
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

from oauth import PKCE


def discovered(sandbox):
    return requests.get(sandbox.issuer + "/.well-known/oauth-authorization-server", timeout=120).json()


def session(sandbox, method="client_secret_basic", app=None):
    app = app or sandbox.app
    return OAuth2Session(
        app.client_id, app.secret, redirect_uri=app.redirect_uris[0], scope="launch/patient offline_access patient/*.read",
        token_endpoint_auth_method=method, revocation_endpoint_auth_method=method, code_challenge_method="S256",
    )


def authorized(sandbox, member_walk, member, method="client_secret_basic"):
    client, pkce, server = session(sandbox, method), PKCE(), discovered(sandbox)
    address, state = client.create_authorization_url(server["authorization_endpoint"], code_verifier=pkce.verifier, aud=sandbox.fhir)
    callback = member_walk(address, member)
    client.fetch_token(server["token_endpoint"], authorization_response=callback, state=state, code_verifier=pkce.verifier)
    return client, server


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_code_with_pkce_becomes_a_token_that_reads_the_member(sandbox, member_walk, mayte, method):
    client, _ = authorized(sandbox, member_walk, mayte, method)
    assert client.token["token_type"] == "Bearer"
    assert client.token["scope"] == "launch/patient offline_access patient/*.read"
    bundle = client.get(sandbox.fhir + "/Patient").json()
    assert [entry["resource"]["id"] for entry in bundle["entry"]] == [client.token["patient"]]


def test_a_refresh_token_works_once_and_its_reuse_ends_everything(sandbox, member_walk, mayte):
    client, server = authorized(sandbox, member_walk, mayte)
    first = dict(client.token)
    client.refresh_token(server["token_endpoint"], refresh_token=first["refresh_token"])
    second = dict(client.token)
    assert second["refresh_token"] != first["refresh_token"] and second["access_token"] != first["access_token"]
    assert second["patient"] == first["patient"]
    assert client.get(sandbox.fhir + "/Patient").status_code == 200
    with pytest.raises(OAuthError, match="invalid_grant"):
        client.refresh_token(server["token_endpoint"], refresh_token=first["refresh_token"])
    headers = {"Authorization": "Bearer " + second["access_token"]}
    assert requests.get(sandbox.fhir + "/Patient", headers=headers, timeout=120).status_code == 401
    with pytest.raises(OAuthError, match="invalid_grant"):
        client.refresh_token(server["token_endpoint"], refresh_token=second["refresh_token"])


def test_a_refresh_may_narrow_the_scope_and_never_widen_it(sandbox, member_walk, mayte):
    client, server = authorized(sandbox, member_walk, mayte)
    refresh = client.token["refresh_token"]
    with pytest.raises(OAuthError, match="invalid_scope"):
        client.refresh_token(server["token_endpoint"], refresh_token=refresh, scope="patient/*.cruds")
    client.refresh_token(server["token_endpoint"], refresh_token=refresh, scope="patient/Observation.rs")
    assert client.token["scope"] == "patient/Observation.rs"
    assert client.get(sandbox.fhir + "/Observation?_count=1").status_code == 200
    assert client.get(sandbox.fhir + "/Condition?_count=1").status_code == 403


def test_introspection_knows_a_live_token_and_says_nothing_of_a_revoked_one(sandbox, member_walk, mayte):
    client, server = authorized(sandbox, member_walk, mayte)
    token = dict(client.token)
    live = client.introspect_token(server["introspection_endpoint"], token=token["access_token"]).json()
    assert live["active"] is True and live["client_id"] == sandbox.app.client_id
    assert live["patient"] == token["patient"] and live["scope"] == token["scope"]
    assert 0 < live["exp"] - live["iat"] <= 3600
    assert client.revoke_token(server["revocation_endpoint"], token=token["refresh_token"], token_type_hint="refresh_token").status_code == 200
    for dead in (token["access_token"], token["refresh_token"]):
        assert client.introspect_token(server["introspection_endpoint"], token=dead).json() == {"active": False}
    headers = {"Authorization": "Bearer " + token["access_token"]}
    assert requests.get(sandbox.fhir + "/Patient", headers=headers, timeout=120).status_code == 401


def test_the_discovery_document_is_valid_but_for_the_plain_http_of_a_sandbox(sandbox):
    document = discovered(sandbox)
    assert document["issuer"] == sandbox.issuer
    secure = {name: value.replace("http://", "https://") if isinstance(value, str) else value for name, value in document.items()}
    AuthorizationServerMetadata(secure).validate()
    host, path = sandbox.issuer.split("//")[1].split("/", 1)
    inserted = requests.get(f"http://{host}/.well-known/oauth-authorization-server/{path}", timeout=120)
    assert inserted.json() == document


def test_a_state_that_is_not_the_one_sent_is_noticed_by_the_client(sandbox, member_walk, mayte):
    client, pkce, server = session(sandbox), PKCE(), discovered(sandbox)
    address, _ = client.create_authorization_url(server["authorization_endpoint"], code_verifier=pkce.verifier)
    callback = member_walk(address, mayte)
    with pytest.raises(Exception, match="(?i)state"):
        client.fetch_token(server["token_endpoint"], authorization_response=callback, state="another", code_verifier=pkce.verifier)
