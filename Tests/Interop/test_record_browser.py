"""The receiving plan in a real browser: the member on a phone and in Spanish, the operator and the care manager at a desk; axe on every page."""

import pytest

from mailbox import SandboxMailbox, fresh_address
from record import RecordMember


@pytest.fixture(scope="module")
def house(start_sandbox):
    return start_sandbox("--password-cost", "5", members=0)


WORDS = {
    "en": dict(
        born="Mayte822 Venegas795, born January 4, 2011", bring="Bring a record from another plan", agree="Yes, go to Demo Health Plan",
        keep="Keep this record", kept="It is part of your record", see="See my record",
        undo="Remove what came from Demo Health Plan", removed="It was removed",
    ),
    "es": dict(
        born="Mayte822 Venegas795, nacimiento: 4 de enero de 2011", bring="Traer un expediente de otro plan",
        agree="Sí, ir a Demo Health Plan", keep="Guardar este expediente", kept="Ya es parte de su expediente", see="Ver mi expediente",
        undo="Quitar lo que vino de Demo Health Plan", removed="Se quitó",
    ),
}


@pytest.mark.parametrize("language, width", [("en", "desk"), ("es", "phone")])
def test_a_member_brings_a_record_sees_it_and_undoes_it(house, visit, language, width):
    words = WORDS[language]
    member = visit(language, width)
    page = member.page
    member.open(f"{house.portal}/new")
    member.press(words["born"], "record-home")
    member.press(words["bring"], "record-plans").press("Demo Health Plan", "record-opt-in")
    page.get_by_role("button", name=words["agree"]).click()
    page.wait_for_url("**/demo/**", timeout=180_000)
    at_demo(house, page, language)
    # The page brings itself up to date, from on its way to arrived.
    page.get_by_role("button", name=words["keep"]).wait_for(timeout=180_000)
    member.look("record-ready")
    page.get_by_role("button", name=words["keep"]).click()
    page.get_by_role("heading", name=words["kept"]).wait_for(timeout=180_000)
    member.look("record-kept")
    kept = page.url
    member.press(words["see"], "record-chart")
    assert "Demo Health Plan" in member.text
    for path in ("/timeline", "/search?q=asthma", "/print"):
        page.goto(f"{house.portal}/new/record/chart{path}")
        member.look("record-chart" + path.split("?")[0].replace("/", "-"))
    page.goto(kept)
    page.get_by_role("button", name=words["undo"]).click()
    page.get_by_role("heading", name=words["removed"]).wait_for(timeout=180_000)
    member.look("record-undone")


def at_demo(house, page, language):
    """The member's way at the old plan, which has tests of its own."""
    person = house.members[0]
    page.goto(page.url.split("?")[0])
    link = page.locator("a[href$='/account']")
    link.first.click()
    for field, name in {"first_name": "firstName", "last_name": "lastName", "member_id": "memberId", "postal_code": "postalCode"}.items():
        page.fill(f"[name={field}]", person[name])
    page.fill("[name=birth_date]", person["birthDate"])
    page.locator("main form button[type=submit]").first.click()
    address = fresh_address("browser")
    page.fill("[name=email]", address)
    page.locator("main form button[type=submit]").first.click()
    page.fill("[name=code]", SandboxMailbox(house).code(address))
    page.locator("main form button[type=submit]").first.click()
    page.locator("[name=decider][value=member]").check()
    page.locator("button[name=decision][value=allow]").click()
    page.wait_for_url("**/new/record/**", timeout=180_000)


@pytest.fixture(scope="module")
def kept(house):
    member = RecordMember(house, number=1)
    member.agree(mailbox=SandboxMailbox(house))
    member.wait("Is this your record?")
    member.step("keep")
    member.wait("It is part of your record")
    other = RecordMember(house, number=2)
    other.agree(mailbox=SandboxMailbox(house), member=house.members[3])
    other.wait("Someone is checking this record")
    return member


def sign_in(house, visit, role, width):
    about = house.about["receiver"]
    visitor = visit("en", width)
    visitor.page.goto(house.portal + "/review/sign-in")
    visitor.fill(email=about[role], password=about["password"])
    return visitor.press("Sign in", f"{role}-in")


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_the_operator_checks_a_plan_and_decides_about_a_record(house, visit, kept, width):
    operator = sign_in(house, visit, "operator", width)
    page = operator.page
    operator.press("Other plans", "operator-payers").press("Demo Health Plan", "operator-payer")
    operator.press("Check the connection", "operator-doctor")
    assert "Everything is fine" in operator.text and "Does not work" not in operator.text
    operator.press("Transfers", "operator-transfers")
    person = house.members[2]
    page.get_by_role("link", name=person["firstName"]).first.click()
    operator.look("operator-differs")
    # Side by side what both sides know, and nothing else of the record.
    assert "Our roster" in operator.text and "The record" in operator.text
    page.goto(house.portal + "/review/transfers")
    page.get_by_role("link", name=house.members[1]["firstName"]).first.click()
    operator.look("operator-report")
    assert "What came" in operator.text and "Resources by month of care" in operator.text


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_a_care_manager_opens_a_record_and_it_is_noted(house, visit, kept, width):
    care = sign_in(house, visit, "careManager", width)
    page = care.page
    page.fill("[name=search]", house.members[1]["lastName"][:5])
    care.press("Search", "care-members")
    page.get_by_role("link", name=house.members[1]["firstName"]).first.click()
    care.look("care-chart")
    root = page.url
    for section in ("Problems", "Medications", "Allergies", "Immunizations"):
        assert section in care.text
    assert "Demo Health Plan" in care.text
    page.locator("main a[href*='/Condition/']").first.click()
    care.look("care-item")
    assert "The record as it was sent" in care.text or "resourceType" in page.content()
    assert page.request.get(root.rsplit("/", 1)[0] + "/999").status == 404
    # A care manager's page is not the operator's, nor the reviewer's.
    for path in ("/review/payers", "/review/transfers", "/review/audit"):
        assert page.request.get(house.portal + path).status == 403
