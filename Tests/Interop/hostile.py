"""Everything that a stranger can write into the portal, written to break the pages that show it."""

import requests

from mailbox import fresh_address, patiently
from portal import PASSWORD, link_in

# Ends an attribute, a tag, a text area and a template; turns the reading direction; takes no room.
WORDS = "\"'><script>alert(1)</script><img src=x onerror=alert(2)></textarea></title>{{name}}{{{heading}}}\u202eevil\u2066\u200b\u2060\ufeffend"
# None of these may come to a reader as they are.
UNSEEN = "\u202e\u2066\u200b\u2060\ufeff"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000040000000400802000000") + bytes(400)


class HostileDeveloper:
    """A developer who writes so into every field, through the JSON interface and where there is none by hand."""

    def __init__(self, portal, mailbox):
        self.portal, self.mailbox = portal.portal, mailbox
        self.plan, self.fhir = portal.plan, portal.fhir
        self.email = fresh_address("hostile").replace("@example.com", "@lakeside.example")
        self.session = requests.Session()

    def ask(self, method, path, status, body=None, data=None):
        answer = self.session.request(method, self.portal + "/api/portal" + path, json=body, data=data, timeout=120)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    @property
    def app(self):
        return f"/applications/{self.client_id}"

    def sign_up(self):
        self.ask("POST", "/accounts", 202, {"name": WORDS, "email": self.email, "password": PASSWORD})
        link = link_in(self.mailbox.newest(self.email), self.portal + "/portal/confirm/").rsplit("/", 1)[1]
        self.session.headers["User-Agent"] = WORDS.encode("ascii", "ignore").decode()
        token = self.ask("POST", "/accounts/confirmation", 201, {"link": link, "password": PASSWORD})["token"]
        self.session.headers["Authorization"] = f"Bearer {token}"

    def make_app(self):
        details = {"app_name": WORDS[:90], "description": WORDS, "home_page": "https://www.lakeside.example/" + WORDS,
                   "redirect_uris": ["https://app.lakeside.example/callback?x=%22%3E%3Cscript%3E"]}
        for field, value in (("home_page", "javascript:alert(1)"), ("redirect_uris", ["javascript:alert(1)", "data:text/html,<script>"])):
            self.ask("POST", "/applications", 422, {**details, field: value})
        self.client_id = self.ask("POST", "/applications", 201, details)["clientId"]
        self.ask("PUT", self.app + "/logo", 204, data=PNG)

    def verification(self):
        address = fresh_address("sponsor").replace("@example.com", "@lakeside.example")
        self.ask("POST", self.app + "/verification", 200, {
            "contact_name": WORDS, "company": WORDS, "website": "https://www.lakeside.example/" + WORDS, "work_email": "ana@mail.example",
            "domain_reason": WORDS, "sponsor_name": WORDS, "sponsor_role": WORDS, "sponsor_email": address})
        return link_in(self.mailbox.newest(address), self.portal + "/portal/sponsor/")

    def answer(self):
        self.ask("POST", self.app + "/verification/answer", 200, {"message": WORDS})

    def use(self):
        """Fills the request log: a state, a scope and a browser's name that are anything but."""
        ask = {"client_id": self.client_id, "redirect_uri": "https://app.lakeside.example/callback?x=%22%3E%3Cscript%3E"}
        name = {"User-Agent": self.session.headers["User-Agent"]}
        for more in ({"state": WORDS}, {"scope": WORDS}, {"redirect_uri": "javascript:alert(1)"}, {"response_type": WORDS}):
            requests.get(self.plan["authorize"], params={**ask, **more}, headers=name, timeout=120, allow_redirects=False)
        requests.post(self.plan["token"], data={"client_id": self.client_id, "client_secret": WORDS, "grant_type": WORDS}, headers=name, timeout=120)

    def ask_production(self):
        self.ask("GET", self.app + "/production", 200)
        path = f"{self.portal}/api/portal{self.app}/production/evidence"
        answer = self.session.post(path, params={"title": WORDS[:110]}, data=PNG, timeout=120)
        assert answer.status_code == 201, answer.text
        self.ask("POST", self.app + "/production/submission", 200, {"note": WORDS})

    def ask_redirects(self):
        self.ask("POST", self.app + "/redirect-change", 201,
                 {"redirect_uris": ["https://evil.example/%3Cscript%3E?a=%22%27"], "reason": WORDS})

    def until_synced(self):
        patiently(lambda: all(plan["state"] == "synced" for plan in self.ask("GET", self.app, 200)["plans"]), "the sync")
