"""The road of a receiving payer's developer, in real browsers: from a stranger to the addresses of the plans that are real."""

import os
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from browser import CHROMIUM, WIDTHS
from mailbox import SandboxMailbox, fresh_address, patiently
from oauth import Member
from portal import PASSWORD, Developer, Reviewer, link_in
from postman import Collection, http_requests
from sandbox import App

pytestmark = pytest.mark.skipif(not os.access(CHROMIUM, os.X_OK), reason=f"no browser at {CHROMIUM} (apt-get install chromium)")


@pytest.fixture(scope="module")
def portal(start_sandbox):
    """A sandbox whose passwords cost little."""
    return start_sandbox("--password-cost", "6", members=0)


def try_collections(developer, member, mailbox, portal):
    """Every request of both collections does what its name says, with nothing filled in but the secret and the code."""
    root = f"{portal.portal}/portal/applications/{developer.client_id}"
    document, text = developer.page.request.get(root + "/postman.json"), developer.page.request.get(root + "/requests.http").text()
    assert "attachment" in document.headers["content-disposition"]
    assert developer.secret not in document.text() + text and developer.client_id in document.text() and developer.client_id in text
    collection = Collection(document.json())
    collection.variables["client_secret"] = developer.secret
    assert collection.run("Discover").json()["token_endpoint"] == portal.plan["token"]
    back = Member(portal, mailbox).walk(collection.url("Authorize (open it in a browser)"), member)
    collection.variables["code"] = parse_qs(urlsplit(back).query)["code"][0]
    assert collection.run("Code for tokens").status_code == 200
    reads = [name for name, item in collection.items.items() if item["request"]["url"].startswith("{{fhir}}/") and name != "Discover"]
    assert len(reads) >= 6
    for name in reads:
        answer = collection.run(name)
        assert answer.status_code == 200 and answer.json()["resourceType"] == "Bundle", name
    assert collection.run("The whole record").json()["total"] > 50
    assert collection.run("Refresh").status_code == 200 and collection.run("Revoke").status_code == 200
    assert collection.run("The Patient").status_code == 401
    for name, method, url, headers, body in http_requests(text):
        assert name in collection.items and method == collection.items[name]["request"]["method"]
        answer = requests.request(method, url, headers=headers, data=body, timeout=120, allow_redirects=False)
        assert answer.status_code in ((200, 303) if method == "GET" and "Authorization" not in headers else (400, 401)), name


def try_it(developer):
    """The whole exchange with one click, a query that is refused, the end, the log of it, and the member as new."""
    visitor = developer.visitor
    visitor.press("Try it", "try").press("Walk through it", "try-walked")
    assert "Mayte822 Venegas795 has allowed your application" in visitor.text and "The walk stopped" not in visitor.text
    for step in visitor.page.locator("details.tried summary").all():
        step.click()
    visitor.look("try-walked-open")
    visitor.page.get_by_label("Query").select_option(label="Claims, which are never shared")
    visitor.press("Send the query", "try-refused")
    assert "is not shared in this exchange" in visitor.text
    visitor.fill(path="Observation?_count=2").press("Send the query", "try-answered")
    visitor.press("Revoke the token", "try-ended").press("Open the request log", "requests")
    visitor.page.get_by_label("Answer").select_option(label="4xx: refused")
    visitor.press("Show", "requests-refused")
    assert "ExplanationOfBenefit is not shared" in visitor.text and "/oauth2/token" not in visitor.text
    developer.open("/try")
    visitor.press("Reset this test member", "try-reset")
    assert "as new to this application" in visitor.text
    developer.open()


# What a recorder writes first (an EBML head that says webm), and then noise.
RECORDING = bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d4287810442858102") + os.urandom(300_000)


def send_recording(visitor, tmp_path):
    """A connection that breaks is said and nothing stays; the same file is taken when it is sent again."""
    recording = tmp_path / "the whole journey.webm"
    recording.write_bytes(RECORDING)
    visitor.page.set_input_files("[name=file]", str(recording))
    visitor.page.route("**/production/evidence", lambda route: route.abort())
    button = visitor.page.get_by_role("button", name="Add the file")
    button.click()
    state = visitor.page.get_by_role("status")
    state.get_by_text("The file did not arrive, and nothing of it was kept.").wait_for()
    visitor.look("production-broken")
    visitor.page.unroute("**/production/evidence")
    with visitor.page.expect_navigation():
        button.click()
    visitor.look("production-recording")
    assert "the whole journey.webm" in visitor.text and visitor.page.locator("main a", has_text="the whole journey.webm").count() == 1


def gain_production(developer, reviewer, app_name, portal, tmp_path):
    """From what the sandbox knows to the endpoints of the plan that is configured as a real one."""
    visitor = developer.visitor
    developer.open().press("Open the production request", "production").press("Send the request", "production-incomplete")
    assert "work only in the sandbox" in visitor.text and "Add at least one picture" in visitor.text
    send_recording(visitor, tmp_path)
    developer.open("/edit").look("edit").fill(redirect_uris="https://app.lakeside.example/callback").press("Save", "edited")
    developer.open("/production").fill(note="A made-up member consents.").press("Send the request", "production-sent")
    assert "A code was exchanged for a token" in visitor.text
    reviewer.open_case(f"Production access: {app_name}")
    assert "Records were read" in reviewer.visitor.text and "All can be used in production" in reviewer.visitor.text
    with reviewer.visitor.page.expect_download() as download:
        reviewer.visitor.page.get_by_role("link", name="the whole journey.webm").click()
    assert download.value.path().read_bytes() == RECORDING
    reviewer.decide("Approve", "", "production-approved")
    north = f"{portal.portal}/north/oauth2/authorize/payer2payer"
    asked = {"client_id": developer.client_id, "redirect_uri": "https://app.lakeside.example/callback"}
    patiently(lambda: requests.get(north, params=asked, allow_redirects=False, timeout=120).status_code == 303, "the app at the real plan")
    developer.open().look("application-production").press("Open the endpoint directory", "directory")
    assert north in visitor.text and f"{portal.portal}/north/r4" in visitor.text and "Demo Health Plan" not in visitor.text
    begun = requests.get(north, params=asked, timeout=120)
    assert begun.status_code == 200 and "North Health Plan" in begun.text and app_name in begun.text


@pytest.mark.parametrize("width", WIDTHS)
def test_a_stranger_comes_to_the_endpoints_of_the_real_plans(visit, portal, width, tmp_path):
    mailbox = SandboxMailbox(portal)
    # The developer is judged on a phone, the reviewer at a desk; both walk everywhere.
    developer = Developer(visit("en", width, checked=width == "phone", forgives="ERR_FAILED"), portal.portal, mailbox)
    developer.sign_up()
    app_name = f"Lakeside Records {width}"
    developer.create_app(f"{portal.portal}/sandbox/callback, http://localhost:8765/callback", app_name)
    app = App({"clientId": developer.client_id, "clientSecret": developer.secret, "redirectUris": [f"{portal.portal}/sandbox/callback"]})

    early = requests.get(portal.plan["authorize"], params={"client_id": app.client_id, "redirect_uri": app.redirect_uris[0]}, timeout=120)
    assert early.status_code == 403 and "is not verified" in early.text

    sponsor_address = fresh_address("maria").replace("@example.com", "@lakeside.example")
    developer.ask_verification(sponsor_address)
    assert "We wrote to Maria Stone" in developer.visitor.text
    sponsor = visit("en", width, checked=width == "phone")
    sponsor.page.goto(link_in(mailbox.newest(sponsor_address), portal.portal + "/portal/sponsor/"))
    sponsor.look("sponsor").press("Confirm: this request is ours", "sponsor-thanks")

    reviewer = Reviewer(visit("en", width, checked=width == "desk"), portal.about["reviewer"])
    reviewer.sign_in()
    reviewer.open_case(app_name)
    assert "Confirmed on" in reviewer.visitor.text
    reviewer.decide("Ask a question", "Which states do you serve?", "case-asked")
    developer.open("/verification").look("verification-question").fill(message="Massachusetts and Maine.").press("Send the answer", "verification-answered")
    reviewer.open_case(app_name)
    assert "Massachusetts and Maine." in reviewer.visitor.text
    reviewer.decide("Approve", "", "case-approved")
    developer.until("Synced")
    developer.visitor.look("application-verified")

    try_it(developer)
    member = portal.member("01-testmemid")
    tokens = Member(portal, mailbox).tokens(member, app=app)
    assert requests.get(portal.fhir + "/Patient", headers={"Authorization": "Bearer " + tokens["access_token"]}, timeout=120).status_code == 200
    try_collections(developer, member, mailbox, portal)
    gain_production(developer, reviewer, app_name, portal, tmp_path)
    reviewer.visitor.press("Audit log", "audit").press("Applications", "applications").press(app_name, "application")


def test_a_developer_keeps_their_account(visit, portal):
    mailbox = SandboxMailbox(portal)
    developer = Developer(visit("en", "phone"), portal.portal, mailbox)
    developer.sign_up()
    developer.create_app("http://localhost:8765/callback")
    first = developer.secret
    developer.visitor.press("Replace the secret", "secret").press("Make a new secret", "secret-new")
    values = developer.page.locator("main dl code").all_inner_texts()
    assert values[1].startswith("p2ps_") and values[1] != first
    developer.visitor.press("Account", "account").press("Turn the second factor on", "factor")
    developer.visitor.fill(code="000000", password=PASSWORD).press("Turn the second factor on", "factor-wrong")
    developer.visitor.press("Sign out", "signed-out")


def test_mistakes_are_explained_on_accessible_pages(visit, portal):
    mailbox = SandboxMailbox(portal)
    visitor = visit("en", "phone")
    visitor.open(portal.portal + "/portal/sign-up").press("Create account", "sign-up-empty")
    assert visitor.page.evaluate("document.activeElement.id") == "summary"
    visitor.fill(name="Ana", email="ana@", password="passwordpassword").press("Create account", "sign-up-wrong")
    assert "tried first" in visitor.text
    visitor.open(portal.portal + "/portal/sign-in").fill(email="nobody@lakeside.example", password="x").press("Sign in", "sign-in-wrong")
    visitor.press("Set a new password", "password").fill(email="nobody@lakeside.example").press("Send the link", "password-sent")
    developer = Developer(visitor, portal.portal, mailbox)
    developer.sign_up()
    visitor.press("Create an application", "form").fill(app_name="X", description="Y", home_page="https://x.example",
                                                       redirect_uris="http://localhost/cb, http://plain.example/cb\nhttps://a.example/*")
    visitor.press("Create application", "redirect-uris-wrong")
    assert visitor.page.locator("[aria-invalid=true]").count() == 1
