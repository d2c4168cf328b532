"""One walk over every page of the portal, the console and the documentation that a link leads to, filled with a stranger's worst words."""

import os
import re
from urllib.parse import urlsplit

import pytest

from browser import CHROMIUM, WIDTHS, assert_accessible
from hostile import UNSEEN, WORDS, HostileDeveloper
from mailbox import SandboxMailbox
from portal import PASSWORD, Developer, Reviewer

pytestmark = pytest.mark.skipif(not os.access(CHROMIUM, os.X_OK), reason=f"no browser at {CHROMIUM} (apt-get install chromium)")

# What a page may not have in it, and what a browser would tell of it.
LOOK = """() => ({
    styles: document.querySelectorAll("style, [style]").length,
    scripts: [...document.scripts].filter((script) => !script.src || script.textContent).length,
    handlers: [...document.querySelectorAll("*")].filter((each) => [...each.attributes].some((one) => one.name.startsWith("on"))).length,
    odd: [...document.querySelectorAll("[href], [src], [action]")].map((each) => each.getAttribute("href") || each.getAttribute("src") ||
        each.getAttribute("action")).filter((address) => /^\\s*(javascript|data|vbscript):/i.test(address)),
})"""


class Walk:
    """Follows links from page to page, each kind of page once, and judges what it sees."""

    def __init__(self, visitor, origin, areas):
        self.page, self.label, self.origin, self.areas = visitor.page, visitor.label, origin, areas
        self.seen, self.shown, self.strangers, self.dialogs = {}, 0, [], []
        self.page.on("request", lambda request: self.strangers.append(request.url) if not self.is_ours(request.url) else None)
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))

    def is_ours(self, url):
        return url.startswith(self.origin + "/") or url.startswith("data:")

    def shape(self, url):
        """One of each list is enough, but every page of the documentation is one of its own."""
        path = urlsplit(url).path
        return path if path.startswith("/docs") else re.sub(r"/\d+(?=/|$)|/app-[^/]+|/p2p[^/]+|(?<=/try)/[^/]+", "/*", path)

    def over(self, *starts):
        waiting = [self.origin + start for start in starts]
        while waiting:
            url = waiting.pop(0)
            if self.shape(url) in self.seen:
                continue
            links = self.look(url)
            waiting += [link for link in links if self.is_ours(link) and urlsplit(link).path.startswith(self.areas)]
        return self

    def look(self, url):
        self.seen[self.shape(url)] = url
        answer = self.page.request.get(url)
        kind = answer.headers.get("content-type", "")
        if not kind.startswith("text/html"):
            # What is no page is no page in a browser either.
            assert answer.headers["x-content-type-options"] == "nosniff" and "default-src 'none'" in answer.headers["content-security-policy"], url
            return []
        assert answer.status == 200, f"{url}: {answer.status}"
        self.page.goto(url)
        body = self.page.content()
        assert len(answer.body()) < 60_000, f"{url} weighs {len(answer.body())}"
        found = self.page.evaluate(LOOK)
        assert found == {"styles": 0, "scripts": 0, "handlers": 0, "odd": []}, f"{url}: {found}"
        assert not set(UNSEEN) & set(body), f"{url} shows {sorted(map(hex, map(ord, set(UNSEEN) & set(body))))}"
        self.shown += "<script>alert(1)" in self.page.locator("main").inner_text()
        # The chapters of one page are alike; each is judged on a phone, where there is the least room.
        widths = ["phone"] if urlsplit(url).path.count("/") == 3 and "/docs/" in url else WIDTHS
        for name in widths:
            width, height = WIDTHS[name]
            self.page.set_viewport_size({"width": width, "height": height})
            assert_accessible(self.page, f"{self.label} at {name}")
        assert not self.strangers and not self.dialogs, f"{url}: {self.strangers} {self.dialogs}"
        return self.page.eval_on_selector_all("a[href]", "links => links.map((link) => link.href)")


@pytest.fixture(scope="module")
def portal(start_sandbox):
    return start_sandbox("--password-cost", "4", members=0)


@pytest.fixture(scope="module")
def developer(portal):
    return HostileDeveloper(portal, SandboxMailbox(portal))


def sign_in(visitor, root, email, password):
    visitor.page.goto(root + "/sign-in")
    return visitor.fill(email=email, password=password).press("Sign in", "in")


def test_every_page_holds_and_the_worst_words_are_only_words(visit, portal, developer):
    origin = portal.portal
    developer.sign_up()
    developer.make_app()
    # The sponsor answers twice, once with words of their own.
    sponsor = visit("en", "phone", checked=False)
    for words, button in ((WORDS, "This request is not ours"), ("", "Confirm: this request is ours")):
        link = developer.verification()
        Walk(sponsor, origin, ("/portal/sponsor",)).look(link)
        sponsor.fill(message=words).press(button, "answered")
    reviewing = visit("en", "desk", checked=False)
    reviewer = Reviewer(reviewing, portal.about["reviewer"])
    reviewer.sign_in()

    def decide(kind, decision):
        reviewer.open_case(kind)
        reviewing.page.get_by_label("Decision").select_option(label=decision)
        reviewing.fill(message=WORDS).press("Decide", "decided")

    decide("Verification: \"'>", "Ask a question")
    developer.answer()
    decide("Verification: \"'>", "Approve")
    developer.until_synced()
    developer.use()
    own = visit("en", "desk", checked=False)
    sign_in(own, origin + "/portal", developer.email, PASSWORD)
    app = f"/portal/applications/{developer.client_id}"
    # What can be changed until a reviewer has it.
    for place in ("/edit", "/logo"):
        Walk(own, origin, ()).look(origin + app + place)
    developer.ask_production()
    decide("Production access: \"'>", "Approve")
    developer.until_synced()
    developer.ask_redirects()

    stranger = Walk(visit("en", "desk", checked=False), origin, ("/portal", "/review", "/docs", "/sandbox/mail")).over(
        "/portal", "/portal/sign-up", "/portal/sign-up/sent", "/portal/password", "/portal/password/sent", "/review/sign-in", "/review/password",
        "/docs", "/sandbox/mail")
    assert len([path for path in stranger.seen if path.startswith("/docs/")]) > 40 and stranger.shown >= 1

    own.page.goto(origin + app + "/try")
    own.press("Walk through it", "walked")
    pages = Walk(own, origin, ("/portal", "/logos", "/evidence")).over("/portal/applications", urlsplit(own.page.url).path, "/portal/second-factor")
    for place in ("", "/verification", "/production", "/requests", "/secret", "/redirects", "/try", "/try/*"):
        assert "/portal/applications/*" + place in pages.seen, place
    assert pages.shown >= 6 and "/portal/directory" in pages.seen and "/portal/account" in pages.seen

    console = Walk(reviewing, origin, ("/review", "/logos", "/evidence")).over("/review", "/review/second-factor")
    for place in ("/verifications/*", "/productions/*", "/redirects/*", "/applications", "/applications/*", "/audit", "/account"):
        assert "/review" + place in console.seen, place
    assert console.shown >= 6 and any(path.startswith("/evidence/") for path in console.seen)


def test_every_page_of_a_plans_own_people_holds(visit, portal):
    receiver = portal.about["receiver"]
    for email, start in ((receiver["operator"], "/review/applications"), (receiver["careManager"], "/review/members")):
        visitor = visit("en", "desk", checked=False)
        sign_in(visitor, portal.portal + "/review", email, receiver["password"])
        assert len(Walk(visitor, portal.portal, ("/review",)).over(start).seen) >= 2
