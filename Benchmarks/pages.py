#!/usr/bin/env python3
"""Times the pages of a running sandbox's portal, as a signed-in developer and as the reviewer: python3 Benchmarks/pages.py var/sandbox/sandbox.json

For each page the median and the slowest of 50 requests over one connection, and its bytes. Ends with 1 when a median is 20 ms or more, or a page
weighs 60 KB or more. Needs nothing but Python.
"""

import html.parser
import http.client
import json
import re
import statistics
import sys
import time
import urllib.parse
import uuid

LIMIT_MS, LIMIT_BYTES, ROUNDS = 20, 60_000, 50
PASSWORD = "unrelated violet teapot gravel"


class Forms(html.parser.HTMLParser):
    """The hidden values of each form of a page, by its address."""

    def __init__(self, text):
        super().__init__()
        self.forms, self._form = {}, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "form":
            self._form = self.forms.setdefault(values["action"], {})
        elif tag == "input" and self._form is not None and values.get("type") == "hidden":
            self._form.setdefault(values["name"], values.get("value", ""))


class Browser:
    def __init__(self, address):
        self.host = urllib.parse.urlsplit(address).netloc
        self.connection = http.client.HTTPConnection(self.host, timeout=30)
        self.cookies = {}

    def ask(self, method, path, body=None):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, value = line.split(";")[0].split("=", 1)
            self.cookies[name] = value
        return answer.status, answer.headers.get("Location"), text

    def open(self, path):
        status, location, text = self.ask("GET", path)
        return self.open(location.replace(f"http://{self.host}", "")) if location else (path, text.decode())

    def submit(self, page, ending, **fields):
        action, hidden = next((action, values) for action, values in Forms(page).forms.items() if action.endswith(ending))
        status, location, text = self.ask("POST", action, urllib.parse.urlencode({**hidden, **fields}))
        return self.open(location.replace(f"http://{self.host}", "")) if location else (action, text.decode())


def sign_up(about):
    browser, email = Browser(about["portal"]), f"pages-{uuid.uuid4().hex[:8]}@lakeside.example"
    browser.submit(browser.open("/portal/sign-up")[1], "/sign-up", name="Ana Field", email=email, password=PASSWORD)
    mail = json.loads(browser.ask("GET", "/sandbox/mail.json?to=" + email)[2])[0]["text"]
    link = urllib.parse.urlsplit(re.search(r"http\S+/portal/confirm/\S+", mail).group()).path
    browser.submit(browser.open(link)[1], link, password=PASSWORD)
    path, _ = browser.submit(
        browser.open("/portal/applications/new")[1], "/new", app_name="Pages", description="Measured", home_page="https://www.lakeside.example",
        redirect_uris="http://localhost:8765/callback")
    return browser, path


def main():
    about = json.load(open(sys.argv[1] if len(sys.argv) > 1 else "var/sandbox/sandbox.json"))
    developer, app = sign_up(about)
    reviewer = Browser(about["portal"])
    reviewer.submit(reviewer.open("/review/sign-in")[1], "/sign-in", email=about["reviewer"]["email"], password=about["reviewer"]["password"])
    case = re.search(r"/review/verifications/\d+", reviewer.open("/review")[1]).group()
    pages = [(developer, path) for path in (
        "/docs", "/docs/guide", "/docs/endpoints", "/docs/errors", "/docs/portal", "/docs/test-members", "/portal/applications", app,
        app + "/edit", app + "/secret", app + "/logo", app + "/verification", app + "/requests", "/portal/account")]
    pages += [(Browser(about["portal"]), path) for path in ("/portal", "/portal/sign-in", "/portal/sign-up", "/review/sign-in")]
    pages += [(reviewer, path) for path in ("/review", case, "/review/applications", "/review/audit", "/review/account")]
    is_slow = False
    print(f"{'page':60} {'median ms':>10} {'slowest':>8} {'bytes':>7}")
    for browser, path in pages:
        times, size = [], 0
        for _ in range(ROUNDS):
            start = time.perf_counter()
            status, _, text = browser.ask("GET", path)
            times.append((time.perf_counter() - start) * 1000)
            size = len(text)
            assert status == 200, (path, status)
        median = statistics.median(times)
        is_slow |= median >= LIMIT_MS or size >= LIMIT_BYTES
        print(f"{path:60} {median:10.1f} {max(times):8.1f} {size:7}")
    sys.exit(is_slow)


if __name__ == "__main__":
    main()
