"""Codes, tokens and pages grow old. The server is started again later: `faketime` (Debian) moves its clock."""

import shutil

import pytest
import requests

from mailbox import SandboxMailbox, fresh_address
from oauth import Member, authorize_url, bearer, post
from walk import Walk


pytestmark = pytest.mark.skipif(shutil.which("faketime") is None, reason="faketime is not installed (apt-get install faketime)")


class Clock:
    """One data directory, served at different times."""

    def __init__(self, start_sandbox, data):
        self.start, self.data, self.sandbox = start_sandbox, data, None

    def at(self, offset):
        """Serves as if it were that much later, such as `+6m`."""
        if self.sandbox:
            self.sandbox.stop()
        prefix = ["faketime", "--exclude-monotonic", "-f", offset] if offset else []
        self.sandbox = self.start(data=self.data, members=0, prefix=prefix)
        return self.sandbox


@pytest.fixture
def clock(start_sandbox, tmp_path):
    clock = Clock(start_sandbox, tmp_path / "data")
    yield clock
    clock.sandbox.stop()


def member(sandbox):
    return Member(sandbox, SandboxMailbox(sandbox))


def redeem(sandbox, **fields):
    return post(sandbox.plan["token"], {**sandbox.app.credentials, **fields})


def read(sandbox, token):
    return requests.get(sandbox.fhir + "/Patient", headers=bearer(token), timeout=60)


def test_a_code_lives_five_minutes(clock):
    now = clock.at("")
    early, late = member(now).code(), member(now).code()
    # What the walks and the start take counts too, so the offsets leave room for it.
    # What the walks and the start take counts too, so the offsets leave room for it.
    assert redeem(clock.at("+2m"), grant_type="authorization_code", code=early).status_code == 200
    answer = redeem(clock.at("+6m"), grant_type="authorization_code", code=late)
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_grant"


def test_an_access_token_lives_an_hour_and_a_refresh_token_ninety_days(clock):
    now = clock.at("")
    token, idle = member(now).tokens(), member(now).tokens()
    assert read(clock.at("+50m"), token["access_token"]).status_code == 200
    later = clock.at("+62m")
    refused = read(later, token["access_token"])
    assert refused.status_code == 401 and 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
    assert refused.json()["resourceType"] == "OperationOutcome"
    introspected = post(later.issuer + "/introspect", {"token": token["access_token"], **later.app.credentials})
    assert introspected.json() == {"active": False}
    fresh = redeem(later, grant_type="refresh_token", refresh_token=token["refresh_token"]).json()
    assert read(later, fresh["access_token"]).status_code == 200
    assert redeem(clock.at("+91d"), grant_type="refresh_token", refresh_token=idle["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_mailed_code_lives_ten_minutes_and_a_walk_half_an_hour(clock):
    now = clock.at("")
    walk, address = Walk(authorize_url(now)), fresh_address()
    walk.identify(now.members[0])
    walk.submit("/email", email=address)
    code = SandboxMailbox(now).code(address)
    place, form = walk.page.url, walk.page.form("/code")

    def page(offset, method="GET", **more):
        """The same page from the same data; the port has changed, the cookie is for any port."""
        sandbox = clock.at(offset)
        return walk.go(method, place.replace(now.portal, sandbox.portal), **more)

    old = page("+11m", "POST", data={**form.values, "code": code})
    assert old.status == 422 and "too old" in old.text
    gone = page("+31m")
    assert gone.status == 410 and "too old" in gone.text
