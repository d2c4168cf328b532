"""Two real plans on hosts of their own, as in the documented addresses: each knows its own, and the stored bytes come back."""

import pytest
import requests

from oauth import bearer
from served import MEMBERS, RECORDS, Served
from walk import Walk, answer_of, details


@pytest.fixture(scope="module")
def served(tmp_path_factory, mail_server):
    mailbox, port = mail_server()
    served = Served(tmp_path_factory.mktemp("served"), port)
    served.mailbox = mailbox
    yield served
    served.stop()


def code(served, plan):
    return served.code(plan, served.mailbox)


@pytest.fixture(scope="module")
def tokens(served):
    answers = {plan: served.redeem(plan, code(served, plan)) for plan in RECORDS}
    assert [answer.status_code for answer in answers.values()] == [200, 200], [answer.text for answer in answers.values()]
    return {plan: answer.json()["access_token"] for plan, answer in answers.items()}


def get(served, tokens, plan, path, token=None):
    return served.browser().get(f"https://api.{plan}.example/r4/{path}", headers=bearer(token or tokens[plan]), timeout=120)


def test_each_plan_lives_at_the_root_of_its_own_hosts(served, tokens):
    for plan in RECORDS:
        bundle = get(served, tokens, plan, "Patient").json()
        assert bundle["entry"][0]["fullUrl"] == f"https://api.{plan}.example/r4/Patient/{bundle['entry'][0]['resource']['id']}"
        issuer = f"https://auth.{plan}.example"
        inserted = served.browser().get(f"{issuer}/.well-known/oauth-authorization-server/oauth2", timeout=120).json()
        assert inserted["issuer"] == issuer + "/oauth2" and inserted["token_endpoint"] == issuer + "/oauth2/token"


def test_a_token_of_one_plan_opens_nothing_at_the_other(served, tokens):
    for path in ("Patient", "Patient/south-ben", "Patient/north-ada", "Observation", "Observation/south-weight"):
        answer = get(served, tokens, "south", path, tokens["north"])
        assert answer.status_code == 401 and "Marsh" not in answer.text and "Tideway" not in answer.text
    answer = get(served, tokens, "north", "Patient/south-ben")
    assert answer.status_code == 404


def test_a_code_of_one_plan_is_unknown_at_the_other(served):
    fresh = code(served, "north")
    assert served.redeem("south", fresh).json()["error"] == "invalid_grant"
    assert served.redeem("south", fresh, served.apps["north"]).json()["error"] == "invalid_client"
    assert served.redeem("north", fresh).status_code == 200, "it was not used up"


def test_an_app_of_one_plan_is_unknown_at_the_other(served):
    url = served.authorize_url("north").replace("auth.north", "auth.south")
    answer = served.browser().get(url, allow_redirects=False, timeout=120)
    assert answer.status_code == 400 and "Location" not in answer.headers


def test_a_member_of_one_plan_is_unknown_at_the_other(served):
    walk = Walk(served.authorize_url("south"), session=served.browser())
    walk.follow("/account")
    assert "could not match" in walk.submit("/account", **details(MEMBERS["north"])).text


def test_the_bytes_come_back_as_they_came_in(served, tokens):
    body = get(served, tokens, "north", "Observation/north-weight").text
    assert '"value":1.50,' in body and '\\u00e9 é' in body
    assert body.startswith('{"status":"final","resourceType":"Observation"')
    searched = get(served, tokens, "north", "Observation?code=http://loinc.org|29463-7").text
    assert body in searched


@pytest.mark.parametrize("place", ["Coverage/north-cover", "ExplanationOfBenefit/north-eob", "Claim/north-claim", "ClaimResponse/north-response"])
def test_what_is_stored_and_never_shared_answers_like_what_is_not_stored(served, tokens, place):
    stored, absent = get(served, tokens, "north", place), get(served, tokens, "north", place.split("/")[0] + "/there-is-none")
    assert stored.status_code == absent.status_code == 403
    assert stored.content == absent.content
    for type in ("Observation", "Patient"):
        assert place.split("/")[1] not in get(served, tokens, "north", type).text


def test_the_program_lists_what_it_holds_back(served):
    words = served.run("members", "show", "--config", str(served.config), "--plan", "north", "N-1")
    for type in ("Coverage", "ExplanationOfBenefit", "Claim", "ClaimResponse"):
        assert any(line.split()[:1] == [type] and line.split()[-1] == "never" for line in words.splitlines()), words


def test_only_the_configured_names_are_answered(served):
    for host, status in (("p2p.example", 200), ("localhost", 421), ("127.0.0.1", 421), ("auth.west.example", 421), ("evil.example", 421)):
        answer = requests.get(f"http://127.0.0.1:{served.port}/assets/style.css", headers={"Host": host}, timeout=120)
        assert answer.status_code == status, host


def test_a_probe_on_the_machine_need_not_know_the_names(served):
    for host, status in (("p2p.example", 200), ("localhost", 200), (f"127.0.0.1:{served.port}", 200), ("10.0.0.1", 421), ("evil.example", 421)):
        answer = requests.get(f"http://127.0.0.1:{served.port}/healthz", headers={"Host": host}, timeout=120)
        assert answer.status_code == status, host


def test_a_real_plan_has_no_sandbox_pages(served):
    for path in ("/", "/sandbox/mail", "/sandbox/mail.json", "/sandbox/callback"):
        assert served.browser().get("https://p2p.example" + path, timeout=120).status_code == 404


def test_the_cookie_of_a_real_plan_is_for_https_and_its_own_host_alone(served):
    answer = served.browser().get(served.authorize_url("north"), allow_redirects=False, timeout=120)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-") and "; Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie


def test_an_import_again_changes_nothing(served):
    words = served.run("import", "--config", str(served.config), "--plan", "north", str(served.folder / "north.ndjson"))
    assert "6 as before" in words and "0 new, 0 changed" in words


def test_no_answer_names_an_address_that_only_the_inside_knows(served, tokens):
    for path in ("Patient/x/y/z", "nothing", "Patient/there-is-none", "Coverage"):
        assert "/north/" not in get(served, tokens, "north", path).text, path
