"""The protocol by hand, for requests that no well-behaved client would send."""

import base64
import hashlib
import http.client
import json
import secrets
from urllib.parse import urlencode, urlsplit

import requests

from mailbox import fresh_address
from walk import Walk, answer_of


class PKCE:
    def __init__(self):
        self.verifier = secrets.token_urlsafe(48)
        self.challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode().rstrip("=")
        self.parameters = {"code_challenge": self.challenge, "code_challenge_method": "S256"}


def authorize_url(sandbox, app=None, **more):
    """The seed's address: client_id, redirect_uri, and whatever else is asked for."""
    app = app or sandbox.app
    return sandbox.plan["authorize"] + "?" + urlencode({"client_id": app.client_id, "redirect_uri": app.redirect_uris[0], **more})


def post(url, fields, auth=None, **more):
    return requests.post(url, data=fields, auth=auth, timeout=120, allow_redirects=False, **more)


class RawAnswer:
    """An answer with the few names of `requests.Response` that the tests read."""

    def __init__(self, answer):
        self.status_code, self.headers, self.content = answer.status, answer.headers, answer.read()
        self.text = self.content.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.text)


def exactly(method, url, headers=None, data=None):
    """A request whose address is sent byte for byte, wrong escapes included; every other client here would mend them."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=120)
    try:
        connection.request(method, url.split(parts.netloc, 1)[1], data, headers or {})
        return RawAnswer(connection.getresponse())
    finally:
        connection.close()


class Member:
    """Walks members of one sandbox through its pages."""

    def __init__(self, sandbox, mailbox):
        self.sandbox = sandbox
        self.mailbox = mailbox

    def walk(self, url, member, email=None, decision="allow", language="en", **decider):
        """From an app's authorize address to the address the browser is sent back to."""
        email = email or fresh_address()
        walk = Walk(url, language)
        walk.identify(member)
        walk.prove(email, self.mailbox)
        return walk.decide(decision, **decider)

    def code(self, member=None, app=None, **parameters):
        """A new authorization code for the app."""
        callback = self.walk(authorize_url(self.sandbox, app, **parameters), member or self.sandbox.members[0])
        return answer_of(callback)["code"]

    def tokens(self, member=None, app=None, **parameters):
        """A new token answer for the app."""
        app = app or self.sandbox.app
        code = self.code(member, app, **parameters)
        answer = post(self.sandbox.plan["token"], {"grant_type": "authorization_code", "code": code, **app.credentials})
        assert answer.status_code == 200, answer.text
        return answer.json()


def bearer(token):
    return {"Authorization": f"Bearer {token}"}
