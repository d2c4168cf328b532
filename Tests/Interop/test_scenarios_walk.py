"""The member's pages by hand: steps out of turn, forms from elsewhere, limits."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from mailbox import fresh_address
from oauth import authorize_url
from walk import Walk, answer_of, details


@pytest.fixture
def walk(sandbox):
    return Walk(authorize_url(sandbox, state="s"))


def assert_refused(page, *statuses):
    assert page.status in statuses, (page.status, page.text[:300])
    assert "<h1>" in page.html


def test_the_pages_belong_to_the_browser_in_which_they_began(walk):
    stranger = requests.get(walk.page.url, timeout=120)
    assert stranger.status_code == 404 and "form_token" not in stranger.text


@pytest.mark.parametrize("step", ["/email", "/code", "/consent"])
def test_a_step_out_of_turn_leads_back_to_the_start(walk, step):
    start = walk.page.url
    assert walk.go("GET", start + step).url == start


@pytest.mark.parametrize("token", [None, "", "0" * 43], ids=["none", "empty", "wrong"])
def test_a_form_without_its_token_does_nothing(walk, mayte, token):
    walk.follow("/account")
    fields = {**details(mayte), **({} if token is None else {"form_token": token})}
    assert_refused(walk.go("POST", walk.page.url, data=fields), 403)
    walk.go("GET", walk.page.url.removesuffix("/account") + "/email")
    assert "form_token" in walk.page.html and not walk.page.url.endswith("/email"), "the details must not have counted"


def test_a_form_token_of_another_walk_does_not_count(sandbox, walk, mayte):
    other = Walk(authorize_url(sandbox))
    other.follow("/account")
    walk.follow("/account")
    foreign = other.page.form("/account").values["form_token"]
    assert_refused(walk.go("POST", walk.page.url, data={**details(mayte), "form_token": foreign}), 403)


WRONG = {
    "first_name": "Someone", "last_name": "Else", "birth_date": "01/05/2011", "member_id": "01-othermemid", "postal_code": "02117",
}


def test_a_wrong_match_never_says_which_field_was_wrong(sandbox, mayte):
    answers = set()
    for field, value in WRONG.items():
        walk = Walk(authorize_url(sandbox))
        walk.follow("/account")
        page = walk.submit("/account", **{**details(mayte), field: value})
        assert page.status == 422
        assert "aria-invalid" not in page.html
        seen = page.html.replace(walk.page.form("/account").values["form_token"], "").replace(page.url.split("/")[-2], "")
        for shown in (value, *details(mayte).values()):
            seen = seen.replace(f'value="{shown}"', "")
        answers.add(seen)
    assert len(answers) == 1
    assert "We could not match those details" in answers.pop()


def test_matching_is_limited_and_the_right_details_come_too_late_then(walk, mayte):
    walk.follow("/account")
    for _ in range(5):
        assert "We could not match" in walk.submit("/account", **{**details(mayte), "first_name": "Someone"}).text
    page = walk.submit("/account", **details(mayte))
    assert page.status == 422 and "too many attempts" in page.text


@pytest.mark.parametrize("change", [
    {"birth_date": "01/04/2011"}, {"birth_date": "2011-01-04"}, {"first_name": "MAYTÉ 822"}, {"last_name": " venegas795 "},
    {"member_id": "01-TESTMEMID"}, {"postal_code": "02116-1234"},
], ids=str)
def test_details_match_as_people_write_them(walk, mayte, change):
    walk.follow("/account")
    assert walk.submit("/account", **{**details(mayte), **change}).url.endswith("/email")


@pytest.mark.parametrize("change", [
    {"birth_date": "02/30/2011"}, {"birth_date": "soon"}, {"first_name": ""}, {"member_id": "x" * 300}, {"last_name": "'; DROP TABLE members;--"},
    {"first_name": "<script>alert(1)</script>"}, {"postal_code": "\u202e02116"},
], ids=lambda change: str(change)[:40])
def test_details_that_cannot_be_are_told_so_and_kept_in_the_form(walk, mayte, change):
    walk.follow("/account")
    page = walk.submit("/account", **{**details(mayte), **change})
    assert page.status == 422 and page.url.endswith("/account")
    assert "<script>alert" not in page.html
    assert page.form("/account").values["last_name"] == {**details(mayte), **change}["last_name"]


def test_a_name_in_other_letters_is_matched(sandbox, member_walk):
    member = sandbox.member("04-testmemid")
    assert not member["lastName"].isascii()
    assert "code" in answer_of(member_walk(authorize_url(sandbox), member))


@pytest.mark.parametrize("address", ["", "nobody", "a@b", "a@b@c.example", "a b@c.example", "x" * 300 + "@c.example", "a@c.example\r\nBcc: d@e.example"],
                         ids=lambda text: repr(text)[:24])
def test_an_address_that_cannot_be_gets_no_mail(walk, mayte, address):
    walk.identify(mayte)
    page = walk.submit("/email", email=address)
    assert page.status == 422 and page.url.endswith("/email")


def test_a_code_has_five_tries_and_a_wrong_one_says_how_many_are_left(walk, mayte, mailbox):
    address = fresh_address()
    walk.identify(mayte)
    walk.submit("/email", email=address)
    code = mailbox.code(address)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for left in ("4 tries", "3 tries", "2 tries", "1 try"):
        assert left in walk.submit("/code", code=wrong).text
    assert "cannot be used any more" in walk.submit("/code", code=wrong).text
    page = walk.submit("/code", code=code)
    assert page.status == 422 and page.url.endswith("/code"), "the right code comes too late"


@pytest.mark.parametrize("spaced", ["{0} {1}", " {0}{1} ", "{0}-{1}"])
def test_a_code_may_be_typed_with_spaces(walk, mayte, mailbox, spaced):
    address = fresh_address()
    walk.identify(mayte)
    walk.submit("/email", email=address)
    code = mailbox.code(address)
    assert walk.submit("/code", code=spaced.format(code[:3], code[3:])).url.endswith("/consent")


def test_a_second_code_cannot_be_asked_for_at_once(walk, mayte, mailbox):
    address = fresh_address()
    walk.identify(mayte)
    walk.submit("/email", email=address)
    mailbox.newest(address)
    page = walk.submit("/code/resend")
    assert page.status == 422 and "just sent a code" in page.text
    assert len(mailbox.mails(address)) == 1


def test_sign_in_says_the_same_for_an_address_without_an_account_and_sends_nothing(walk, mailbox):
    address = fresh_address("unknown")
    walk.follow("/sign-in")
    page = walk.submit("/sign-in", email=address)
    assert page.status == 200 and page.url.endswith("/code")
    assert walk.submit("/code", code="123456").status == 422
    assert mailbox.mails(address) == []


def test_a_member_with_an_account_signs_in_with_the_address_alone(sandbox, member_walk, mayte, mailbox):
    address = fresh_address()
    member_walk(authorize_url(sandbox), mayte, address)
    walk = Walk(authorize_url(sandbox, state="again"))
    walk.follow("/sign-in")
    walk.submit("/sign-in", email=address.upper().replace("EXAMPLE.COM", "example.com"))
    walk.submit("/code", code=mailbox.code(address, count=2) if len(mailbox.mails(address)) > 1 else mailbox.code(address.upper()))
    assert "Mayte822" in walk.page.text
    assert answer_of(walk.decide())["state"] == "again"


def test_consent_says_who_what_and_what_never(walk, mayte, mailbox):
    walk.identify(mayte)
    walk.prove(fresh_address(), mailbox)
    text = walk.page.text
    for words in ("Mayte822", "What will be shared", "What is never shared", "Claims and bills", "How far back", "90 days", "How to stop"):
        assert words in text


@pytest.mark.parametrize("fields, words", [
    ({"decision": "allow"}, "Choose who is deciding"),
    ({"decision": "allow", "decider": "nobody"}, "Choose who is deciding"),
    ({"decision": "allow", "decider": "representative"}, "Enter your full name"),
    ({"decision": "allow", "decider": "representative", "representative_name": "P"}, "Choose your relationship"),
    ({"decision": "allow", "decider": "representative", "representative_name": "P", "relationship": "king"}, "Choose your relationship"),
    ({"decision": "allow", "decider": "representative", "representative_name": "P" * 300, "relationship": "parent"}, "too long"),
], ids=lambda value: "" if isinstance(value, str) else "+".join(str(v)[:14] for v in value.values()))
def test_an_unclear_decision_shares_nothing(walk, mayte, mailbox, fields, words):
    walk.identify(mayte)
    walk.prove(fresh_address(), mailbox)
    page = walk.submit("/consent", **fields)
    assert page.status == 422 and words in page.text and walk.callback is None


def test_a_decision_that_is_neither_yes_nor_no_shares_nothing(walk, mayte, mailbox):
    walk.identify(mayte)
    walk.prove(fresh_address(), mailbox)
    walk.submit("/consent", decision="maybe", decider="member")
    assert walk.callback is None


@pytest.mark.parametrize("who", [{"decider": "member"}, {"decider": "representative", "representative_name": "Ana Venegas", "relationship": "parent"}],
                         ids=["member", "parent"])
def test_the_member_or_a_parent_may_decide(sandbox, member_walk, mayte, who):
    assert "code" in answer_of(member_walk(authorize_url(sandbox), mayte, **who))


def test_no_and_cancel_lead_back_with_access_denied(sandbox, member_walk, mayte, mailbox):
    walk = Walk(authorize_url(sandbox, state="s"))
    walk.submit("/cancel")
    for callback in (walk.callback, member_walk(authorize_url(sandbox, state="s"), mayte, decision="deny")):
        back = answer_of(callback)
        assert back["error"] == "access_denied" and back["state"] == "s" and back["iss"] == sandbox.issuer and "code" not in back


def test_an_answered_walk_is_over(sandbox, mayte, mailbox):
    walk = Walk(authorize_url(sandbox))
    start = walk.page.url
    walk.identify(mayte)
    walk.prove(fresh_address(), mailbox)
    consent = walk.page
    walk.decide()
    assert_refused(walk.go("GET", start), 410)
    walk.page = consent
    page = walk.submit("/consent", decision="allow", decider="member")
    assert_refused(page, 410)


def test_a_walk_does_not_cross_over_to_another_members_account(sandbox, mayte, mailbox):
    """Going back and typing another member's details throws away the proven mailbox."""
    walk = Walk(authorize_url(sandbox))
    start = walk.page.url
    walk.identify(mayte)
    walk.prove(fresh_address(), mailbox)
    walk.go("GET", start + "/account")
    walk.submit("/account", **details(sandbox.member("03-testmemid")))
    assert walk.go("GET", start + "/consent").url != start + "/consent"


def test_only_one_of_many_simultaneous_decisions_counts(sandbox, mayte, mailbox):
    walk = Walk(authorize_url(sandbox))
    walk.identify(mayte)
    walk.prove(fresh_address(), mailbox)
    form, cookies = walk.page.form("/consent"), dict(walk.session.cookies)
    fields = {**form.values, "decision": "allow", "decider": "member"}

    def decide(_):
        return requests.post(form.action, data=fields, cookies=cookies, allow_redirects=False, timeout=120)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(decide, range(8)))
    assert sum("code=" in answer.headers.get("Location", "") for answer in answers) == 1
    assert {answer.status_code for answer in answers} <= {303, 409, 410}
