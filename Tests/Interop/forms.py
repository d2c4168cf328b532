"""Reads the forms and links of a page the way a browser without scripts does."""

from html.parser import HTMLParser
from urllib.parse import urljoin


class Form:
    def __init__(self, action, method):
        self.action = action
        self.method = method
        self.values = {}
        self.names = set()
        self.buttons = []


class Page(HTMLParser):
    """One HTML page: its status, text, forms and links, all addresses made absolute."""

    def __init__(self, response):
        super().__init__(convert_charrefs=True)
        self.status = response.status_code
        self.url = response.url
        self.html = response.text
        self.headers = response.headers
        self.forms = []
        self.links = []
        self.language = None
        self._words = []
        self._select = None
        self._silent = 0
        self.feed(self.html)

    @property
    def text(self):
        return " ".join(" ".join(self._words).split())

    def form(self, ending):
        """The form whose address ends so."""
        found = [form for form in self.forms if form.action.split("?")[0].endswith(ending)]
        assert len(found) == 1, f"{len(found)} forms end with {ending} on {self.url}: {self.text[:300]}"
        return found[0]

    def link(self, ending):
        found = [link for link in self.links if link.endswith(ending)]
        assert found, f"no link ends with {ending} on {self.url}: {self.links}"
        return found[0]

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "html":
            self.language = values.get("lang")
        elif tag in ("script", "style"):
            self._silent += 1
        elif tag == "a" and values.get("href"):
            self.links.append(urljoin(self.url, values["href"]))
        elif tag == "form":
            self.forms.append(Form(urljoin(self.url, values.get("action") or self.url), values.get("method", "get").lower()))
        elif self.forms and values.get("name"):
            self._control(tag, values)
        elif self.forms and tag == "option" and self._select and "selected" in values:
            self.forms[-1].values[self._select] = values.get("value", "")

    def _control(self, tag, values):
        form, name, kind = self.forms[-1], values["name"], values.get("type", "text").lower()
        form.names.add(name)
        if tag == "select":
            self._select = name
            form.values.setdefault(name, "")
        elif tag == "button" or kind == "submit":
            form.buttons.append((name, values.get("value", "")))
        elif tag == "input" and (kind not in ("radio", "checkbox") or "checked" in values):
            form.values[name] = values.get("value", "")

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._silent -= 1
        elif tag == "select":
            self._select = None

    def handle_data(self, data):
        if not self._silent and data.strip():
            self._words.append(data.strip())
