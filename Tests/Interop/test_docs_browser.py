"""The documentation in a browser: accessible, its code in four languages without a script, its pictures there."""

import os

import pytest

from browser import CHROMIUM, WIDTHS

pytestmark = pytest.mark.skipif(not os.access(CHROMIUM, os.X_OK), reason=f"no browser at {CHROMIUM} (apt-get install chromium)")


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_are_accessible(visit, sandbox, width):
    visitor = visit("en", width)
    for name in ("", "/guide", "/portal", "/test-members", "/errors"):
        visitor.page.goto(sandbox.portal + "/docs" + name)
        visitor.look("docs" + name.replace("/", "-"))
    visitor.page.goto(sandbox.portal + "/docs/portal")
    for picture in visitor.page.locator("img.shot").all():
        picture.scroll_into_view_if_needed()
        picture.evaluate("image => image.decode()")
        assert picture.evaluate("image => image.naturalWidth") > 600 and picture.get_attribute("alt")
    assert visitor.page.locator("img.shot").count() == 5


@pytest.mark.parametrize("scripts", [True, False])
def test_code_is_shown_in_the_language_that_is_chosen(visit, sandbox, scripts):
    visitor = visit("en", "phone", checked=False, java_script_enabled=scripts)
    visitor.page.goto(sandbox.portal + "/docs/guide")
    group = visitor.page.locator("fieldset.tabs").first
    assert "--data-urlencode grant_type" in group.inner_text() and "URLSearchParams" not in group.inner_text()
    for language, words in (("JavaScript", "URLSearchParams"), ("Python", "urllib.parse.urlencode"), ("Swift", "URLComponents()"), ("curl", "-u ")):
        group.get_by_label(language, exact=True).check()
        assert words in group.inner_text()
    assert "URLComponents" not in group.inner_text()
