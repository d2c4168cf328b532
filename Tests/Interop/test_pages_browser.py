"""A real browser walks the member's pages: two languages, a phone and a desk, a keyboard, no scripts; axe judges every page."""

import os

import pytest

from browser import CHROMIUM, WIDTHS, Visitor
from mailbox import fresh_address
from oauth import authorize_url
from walk import answer_of, details

pytestmark = pytest.mark.skipif(not os.access(CHROMIUM, os.X_OK), reason=f"no browser at {CHROMIUM} (apt-get install chromium)")

WORDS = {
    "en": {"create": "Create an account", "sign_in": "Sign in", "continue": "Continue", "send": "Send code", "share": "Share my record",
           "deny": "Do not share", "cancel": "Cancel", "back": "Back", "switch": "Español", "problem": "There is a problem",
           "no_match": "We could not match those details", "member": "I am the member", "for_member": "I decide for the member"},
    "es": {"create": "Crear una cuenta", "sign_in": "Iniciar sesión", "continue": "Continuar", "send": "Enviar código", "share": "Compartir mi historial",
           "deny": "No compartir", "cancel": "Cancelar", "back": "Volver", "switch": "English", "problem": "Hay un problema",
           "no_match": "No encontramos a nadie con esos datos", "member": "Soy el miembro", "for_member": "Decido por el miembro"},
}


def came_back(visitor, sandbox):
    visitor.page.wait_for_url(sandbox.app.redirect_uris[0] + "?*")
    return answer_of(visitor.page.url)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", WORDS)
def test_a_member_creates_an_account_and_shares(visit, sandbox, mayte, mailbox, language, width):
    words, visitor, address = WORDS[language], visit(language, width), fresh_address()
    visitor.open(authorize_url(sandbox, state="browser"))
    assert visitor.page.locator("html").get_attribute("lang") == language
    visitor.press(words["create"], "account").fill(**details(mayte)).press(words["continue"], "email")
    visitor.fill(email=address).press(words["send"], "code")
    visitor.fill(code=mailbox.code(address)).press(words["continue"], "consent")
    assert "Mayte822" in visitor.text
    visitor.page.get_by_label(words["member"]).check()
    visitor.press(words["share"], "callback")
    back = came_back(visitor, sandbox)
    assert back["state"] == "browser" and back["iss"] == sandbox.issuer and back["code"]


@pytest.mark.parametrize("language, width", [("en", "phone"), ("es", "desk")])
def test_every_mistake_is_explained_on_an_accessible_page(visit, sandbox, mayte, mailbox, language, width):
    words, visitor, address = WORDS[language], visit(language, width), fresh_address()
    visitor.open(authorize_url(sandbox)).press(words["create"], "account").press(words["continue"], "account-empty")
    assert words["problem"] in visitor.text
    assert visitor.page.evaluate("document.activeElement.id") == "summary", "the problem is read out first"
    assert visitor.page.locator("[aria-invalid=true]").count() == 5
    visitor.page.locator("#summary a").first.click()
    assert visitor.page.evaluate("document.activeElement.name") == "first_name", "the summary leads to the field"
    visitor.fill(**{**details(mayte), "birth_date": "13/40/2011"}).press(words["continue"], "account-date")
    assert visitor.page.input_value("[name=birth_date]") == "13/40/2011", "what was typed stays"
    visitor.fill(**{**details(mayte), "last_name": "Else"}).press(words["continue"], "account-no-match")
    assert words["no_match"] in visitor.text
    assert visitor.page.locator("[aria-invalid=true]").count() == 0, "a wrong match never says which field"
    visitor.fill(**details(mayte)).press(words["continue"], "email").fill(email="nobody").press(words["send"], "email-wrong")
    visitor.fill(email=address).press(words["send"], "code")
    wrong = f"{(int(mailbox.code(address)) + 1) % 1_000_000:06d}"
    visitor.fill(code=wrong).press(words["continue"], "code-wrong")
    visitor.fill(code=mailbox.code(address)).press(words["continue"], "consent").press(words["share"], "consent-undecided")
    assert words["problem"] in visitor.text and "code=" not in visitor.page.url
    visitor.page.get_by_label(words["for_member"]).check()
    visitor.press(words["share"], "consent-representative-empty")
    assert visitor.page.locator("[aria-invalid=true]").count() == 2


def test_a_parent_decides_for_a_child(visit, sandbox, mayte, mailbox):
    words, visitor, address = WORDS["en"], visit(checked=False), fresh_address()
    visitor.open(authorize_url(sandbox)).press(words["create"], "").fill(**details(mayte)).press(words["continue"], "")
    visitor.fill(email=address).press(words["send"], "").fill(code=mailbox.code(address)).press(words["continue"], "")
    visitor.page.get_by_label(words["for_member"]).check()
    visitor.fill(representative_name="Ana Venegas795")
    visitor.page.get_by_label("Your relationship to the member").select_option(label="Parent")
    visitor.press(words["share"], "")
    assert came_back(visitor, sandbox)["code"]


@pytest.mark.parametrize("language", WORDS)
def test_an_account_signs_in_with_its_address(visit, sandbox, member_walk, mayte, mailbox, language):
    address = fresh_address()
    member_walk(authorize_url(sandbox), mayte, address)
    words, visitor = WORDS[language], visit(language, "phone")
    visitor.open(authorize_url(sandbox)).press(words["sign_in"], "sign-in").fill(email=address).press(words["send"], "sign-in-code")
    visitor.fill(code=mailbox.code(address, count=2)).press(words["continue"], "sign-in-consent")
    visitor.page.get_by_label(words["member"]).check()
    visitor.press(words["share"], "callback")
    assert came_back(visitor, sandbox)["code"]


def tab_to(page, test, limit=40):
    """Presses Tab until the focused element fits; each stop must be visible and show its focus."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate(f"(() => {{ const e = document.activeElement; return {test}; }})()"):
            style = page.evaluate("(() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle + s.outlineWidth + s.boxShadow; })()")
            assert style not in ("none0pxnone", "none3pxnone"), "the focus is not visible"
            return
    raise AssertionError(f"Tab never came to {test}")


def test_a_keyboard_is_enough(visit, sandbox, mayte, mailbox):
    visitor, address = visit(checked=False), fresh_address()
    page = visitor.open(authorize_url(sandbox)).page

    def enter():
        with page.expect_navigation():
            page.keyboard.press("Enter")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main", "the first stop skips to the content"
    tab_to(page, "e.textContent === 'Create an account'")
    enter()
    for name, value in details(mayte).items():
        tab_to(page, f"e.name === '{name}'")
        page.keyboard.type(value)
    enter()
    tab_to(page, "e.name === 'email'")
    page.keyboard.type(address)
    enter()
    tab_to(page, "e.name === 'code'")
    page.keyboard.type(mailbox.code(address))
    enter()
    tab_to(page, "e.name === 'decider'")
    page.keyboard.press("Space")
    assert page.locator("[name=decider][value=member]").is_checked()
    tab_to(page, "e.value === 'allow'")
    enter()
    assert came_back(visitor, sandbox)["code"]


def test_enter_in_a_field_never_decides_by_accident(visit, sandbox, mayte, mailbox):
    """Enter presses the form's first button; a decision that is not complete is asked for again."""
    words, visitor, address = WORDS["en"], visit(checked=False), fresh_address()
    visitor.open(authorize_url(sandbox)).press(words["create"], "").fill(**details(mayte)).press(words["continue"], "")
    visitor.fill(email=address).press(words["send"], "").fill(code=mailbox.code(address)).press(words["continue"], "")
    visitor.page.get_by_label(words["for_member"]).check()
    visitor.page.fill("[name=representative_name]", "Ana Venegas795")
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    assert visitor.page.url.startswith(sandbox.issuer) and words["problem"] in visitor.text


def test_it_works_without_javascript(visit, sandbox, mayte, mailbox):
    words, visitor, address = WORDS["en"], visit(checked=False, java_script_enabled=False), fresh_address()
    visitor.open(authorize_url(sandbox)).press(words["create"], "").press(words["continue"], "")
    assert words["problem"] in visitor.text
    visitor.fill(**details(mayte)).press(words["continue"], "")
    visitor.fill(email=address).press(words["send"], "").fill(code=mailbox.code(address)).press(words["continue"], "")
    visitor.page.get_by_label(words["member"]).check()
    visitor.press(words["share"], "")
    assert came_back(visitor, sandbox)["code"]


@pytest.mark.parametrize("language", WORDS)
def test_cancel_and_no_lead_back_with_access_denied(visit, sandbox, mayte, mailbox, language):
    words = WORDS[language]
    for denies in (False, True):
        visitor, address = visit(language, "phone", checked=False), fresh_address()
        visitor.open(authorize_url(sandbox, state="s"))
        if denies:
            visitor.press(words["create"], "").fill(**details(mayte)).press(words["continue"], "").fill(email=address)
            visitor.press(words["send"], "").fill(code=mailbox.code(address)).press(words["continue"], "")
        visitor.checked = True
        visitor.press(words["deny" if denies else "cancel"], "callback-denied")
        back = came_back(visitor, sandbox)
        assert back["error"] == "access_denied" and back["state"] == "s" and "code" not in back


def test_the_language_can_be_switched_and_stays(visit, sandbox, mayte):
    visitor = visit("en", "phone")
    visitor.open(authorize_url(sandbox)).press(WORDS["en"]["create"], "account").press("Español", "account-switched")
    assert visitor.page.locator("html").get_attribute("lang") == "es" and "lang=" not in visitor.page.url
    visitor.fill(**details(mayte)).press("Continuar", "email")
    assert visitor.page.locator("html").get_attribute("lang") == "es"
    visitor.press("English", "email-switched")
    assert visitor.page.locator("html").get_attribute("lang") == "en"


def test_back_keeps_the_walk_going(visit, sandbox, mayte, mailbox):
    words, visitor, address = WORDS["en"], visit(checked=False), fresh_address()
    visitor.open(authorize_url(sandbox)).press(words["create"], "").fill(**details(mayte)).press(words["continue"], "")
    visitor.press(words["back"], "").fill(**details(mayte)).press(words["continue"], "")
    visitor.fill(email=fresh_address("typo")).press(words["send"], "").press(words["back"], "")
    visitor.fill(email=address).press(words["send"], "")
    code = mailbox.code(address)
    visitor.fill(code=code).press(words["continue"], "")
    assert "Mayte822" in visitor.text


def test_the_pages_are_readable_in_the_dark(visit, sandbox, mayte, mailbox):
    words, visitor, address = WORDS["en"], visit("en", "phone", color_scheme="dark"), fresh_address()
    visitor.label += "-dark"
    visitor.open(authorize_url(sandbox)).press(words["create"], "account").press(words["continue"], "account-empty").fill(**details(mayte))
    visitor.press(words["continue"], "email").fill(email=address).press(words["send"], "code")
    visitor.fill(code=mailbox.code(address)).press(words["continue"], "consent")


@pytest.mark.parametrize("language, width", [("en", "desk"), ("es", "phone")])
def test_the_pages_around_the_walk_are_accessible(visit, sandbox, granted, language, width):
    visitor = visit(language, width)
    visitor.page.goto(sandbox.portal + "/")
    visitor.look("sandbox-home")
    visitor.page.goto(sandbox.portal + "/sandbox/mail")
    visitor.look("sandbox-mail")
    visitor.page.goto(sandbox.portal + "/sandbox/mail?to=nobody@example.com")
    visitor.look("sandbox-mail-empty")


@pytest.mark.parametrize("language", WORDS)
def test_the_pages_that_refuse_are_accessible(chromium, sandbox, language):
    context = chromium.new_context(locale={"en": "en-US", "es": "es-MX"}[language])
    visitor = Visitor(context.new_page(), language + "-refused")
    for name, url in (("unknown-app", sandbox.plan["authorize"] + "?client_id=x&redirect_uri=https://x.example/"),
                      ("no-app", sandbox.plan["authorize"]), ("redirect", authorize_url(sandbox) + "x"),
                      ("too-old", sandbox.issuer + "/authorization/" + "a" * 32)):
        visitor.page.goto(url)
        visitor.look(name)
        assert visitor.page.locator("html").get_attribute("lang") == language
    context.close()
