"""A member at the receiving plan: signs in, finds the old plan, agrees there, comes back, and watches."""

from mailbox import fresh_address, patiently
from walk import Walk


class RecordMember:
    """One made-up member of the New Health Plan in one browser without scripts."""

    def __init__(self, sandbox, number=0, language="en"):
        self.sandbox = sandbox
        self.number = number
        self.root = f"{sandbox.portal}/new/record"
        self.browser = Walk(self.root, language=language)
        form = next(form for form in self.browser.page.forms if form.values.get("member_id") == f"NEW-{1001 + number}")
        self.browser.go("POST", form.action, data=form.values)

    @property
    def page(self):
        return self.browser.page

    def agree(self, plan="Demo Health Plan", mailbox=None, member=None):
        """From the first page to the other plan and back; `member` is who they say they are there."""
        browser = self.browser
        browser.go("GET", self.root)
        browser.follow("/record/plans")
        form = browser.page.form("/plans")
        browser.go("GET", form.action, params={"search": plan[:6].lower()})
        browser.go("GET", next(link for link in browser.page.links if "/record/plans/" in link))
        browser.submit(browser.page.url.rsplit("/record", 1)[1])
        browser.identify(member or self.sandbox.members[self.number])
        if browser.page.url.endswith("/email"):
            browser.prove(fresh_address("new"), mailbox)
        browser.submit("/consent", decision="allow", decider="member")
        return self.page

    def wait(self, *states, seconds=180):
        """Looks at the transfer's page until its tag says one of these."""
        url = self.page.url
        def look():
            page = self.browser.go("GET", url)
            return any(state in page.text for state in states) and page
        return patiently(look, f"one of {states}; the page says {self.page.text[:400]}", seconds=seconds)

    def step(self, action):
        self.browser.submit("/" + action)
        return self.page
