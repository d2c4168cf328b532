"""Plays a member: fills the real forms of the pages, without a script, until the browser is sent back to the app."""

from urllib.parse import parse_qs, urljoin, urlsplit

import requests

from forms import Page

FIELDS = {"first_name": "firstName", "last_name": "lastName", "birth_date": "birthDate", "member_id": "memberId", "postal_code": "postalCode"}


def details(member):
    """A test member as the fields of "Create an account"."""
    return {field: member[name] for field, name in FIELDS.items()}


class Walk:
    """One member in one browser, begun at an app's authorize address. `callback` is set when the pages are done."""

    def __init__(self, authorize_url, language="en", session=None):
        self.redirect_uri = parse_qs(urlsplit(authorize_url).query).get("redirect_uri", [""])[0]
        self.session = session or requests.Session()
        self.session.headers["Accept-Language"] = language
        self.callback = None
        self.statuses = []
        self.page = None
        self.go("GET", authorize_url)

    def go(self, method, url, **more):
        """One request and the redirects after it; stops in front of the app's own address."""
        for _ in range(10):
            answer = self.session.request(method, url, allow_redirects=False, timeout=120, **more)
            self.statuses.append(answer.status_code)
            if answer.status_code != 303:
                self.page = Page(answer)
                return self.page
            url = urljoin(url, answer.headers["Location"])
            if self.redirect_uri and url.startswith(self.redirect_uri):
                self.callback = url
                return None
            method, more = "GET", {}
        raise AssertionError(f"redirected without end at {url}")

    def follow(self, ending):
        return self.go("GET", self.page.link(ending))

    def submit(self, ending, **fields):
        """Fills and sends the form that leads to `ending`; a field the form does not have is a mistake of the test."""
        form = self.page.form(ending)
        known = form.names | {name for name, _ in form.buttons}
        assert set(fields) <= known, f"{set(fields) - known} not on {self.page.url}"
        assert form.method == "post"
        return self.go("POST", form.action, data={**form.values, **fields})

    def identify(self, member):
        self.follow("/account")
        return self.submit("/account", **details(member))

    def prove(self, address, mailbox):
        self.submit("/email", email=address)
        return self.submit("/code", code=mailbox.code(address))

    def decide(self, decision="allow", decider="member", **more):
        self.submit("/consent", decision=decision, decider=decider, **more)
        assert self.callback, f"the pages did not lead back to the app: {self.page.status} {self.page.text[:400]}"
        return self.callback


def answer_of(callback):
    """The parameters that came back, each of which must come once."""
    fields = parse_qs(urlsplit(callback).query, keep_blank_values=True, strict_parsing=True)
    assert all(len(values) == 1 for values in fields.values()), callback
    return {name: values[0] for name, values in fields.items()}
