"""A member's browser: Debian's Chromium, judged by axe on every page it shows."""

import os
import pathlib
import shutil

from axe_playwright_python.sync_playwright import Axe

CHROMIUM = os.environ.get("CHROMIUM", shutil.which("chromium") or "/usr/bin/chromium")
WIDTHS = {"phone": (390, 844), "desk": (1280, 900)}
# Every rule of WCAG 2.2, its AAA ones too, and axe's best practices.
RULES = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {
    "runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}, "color-contrast-enhanced": {"enabled": True}},
}
AXE = Axe()


def assert_accessible(page, name):
    """No violation, no sideways scrolling, a language and one first heading."""
    found = AXE.run(page, options=OPTIONS).response["violations"]
    shown = [(each["id"], each["help"], [node["html"][:200] for node in each["nodes"]]) for each in found]
    assert not found, f"axe on {name} ({page.url}): {shown}"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} scrolls sideways"
    assert page.locator("h1").count() == 1, f"{name} needs one first heading"


def shot(page, name):
    """A picture in PAYERBRIDGE_SCREENSHOTS, if that is set."""
    folder = os.environ.get("PAYERBRIDGE_SCREENSHOTS")
    if folder:
        path = pathlib.Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path / f"{name}.png", full_page=True)


class Visitor:
    """Types and clicks like a member; checks each page it comes to."""

    def __init__(self, page, label, checked=True):
        self.page, self.label, self.checked = page, label, checked
        self.count = 0

    def look(self, name):
        self.count += 1
        if self.checked:
            assert_accessible(self.page, f"{self.label} {name}")
            shot(self.page, f"{self.label}-{self.count:02d}-{name}")
        return self

    def open(self, url):
        self.page.goto(url)
        return self.look("start")

    def fill(self, **fields):
        for name, value in fields.items():
            self.page.fill(f"[name={name}]", value)
        return self

    def press(self, words, name):
        """Presses the button or follows the link with these words."""
        target = self.page.get_by_role("button", name=words, exact=True).or_(self.page.get_by_role("link", name=words, exact=True))
        target.click()
        self.page.wait_for_load_state()
        return self.look(name)

    @property
    def text(self):
        return self.page.locator("main").inner_text()
