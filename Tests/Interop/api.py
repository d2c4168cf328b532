"""The FHIR API as one token reads it; whatever it answers is judged by the validators of others."""

import json
import re

import requests

from oauth import bearer
from validators import assert_valid


class API:
    def __init__(self, base, token, patient):
        self.base, self.patient = base, patient
        self.session = requests.Session()
        # What is asked plainly is answered by the quick way; gzip is asked for where it is meant.
        self.session.headers.update({**bearer(token), "Accept-Encoding": "identity"})
        self.known = {}
        self.shapes = set()

    def ask(self, method, path, **more):
        """One request as it is; `path` may also be a whole address, such as that of a page link."""
        url = path if path.startswith("http") else f"{self.base}/{path}"
        return self.session.request(method, url, timeout=120, **more)

    def get(self, path, params=None, **headers):
        """What an answer of 200 says, after it was judged."""
        return self.judged(self.ask("GET", path, params=params, headers=headers))

    def post(self, path, fields):
        return self.judged(self.ask("POST", path, data=fields))

    def judged(self, answer):
        assert answer.status_code == 200, f"{answer.request.method} {answer.url} {answer.request.body or ''}: {answer.status_code} {answer.text[:400]}"
        assert answer.headers["Content-Type"].startswith("application/fhir+json")
        resource = json.loads(answer.content)
        self.judge(resource, answer)
        return resource

    def judge(self, resource, answer):
        """Every resource is judged once; the Bundle around it, with its first entries, once for each shape of a search."""
        entries = resource.get("entry", []) if resource["resourceType"] == "Bundle" else []
        frame = [{**resource, "entry": entries[:2]} if entries else resource] if self.is_fresh(resource, answer) else []
        inner = [entry["resource"] for entry in entries]
        fresh = [each for each in inner if self.known.get((each["resourceType"], each["id"])) != each]
        try:
            assert_valid([*frame, *fresh])
        except AssertionError as error:
            raise AssertionError(f"{answer.request.method} {answer.url}: {error}") from error
        for each in fresh:
            self.known.setdefault((each["resourceType"], each["id"]), each)

    def is_fresh(self, resource, answer):
        if resource["resourceType"] != "Bundle":
            return True
        path, _, query = link(resource, "self").partition("?")
        asked = tuple(sorted({field.partition("=")[0] for field in query.split("&")}))
        shape = (path, asked, "entry" in resource, "total" in resource, link(resource, "next") is None)
        is_fresh = shape not in self.shapes
        self.shapes.add(shape)
        return is_fresh

    def refusal(self, method, path, status, **more):
        """An OperationOutcome that is valid and says what to do; its words."""
        answer = self.ask(method, path, **more)
        shown = f"{method} {path}: {answer.status_code} {answer.text[:400]}"
        assert answer.status_code == status, shown
        outcome = json.loads(answer.content)
        assert outcome["resourceType"] == "OperationOutcome" and outcome["issue"][0]["severity"] == "error", shown
        words = outcome["issue"][0]["diagnostics"]
        shape = re.sub(r"[0-9]+", "0", words)
        if shape not in self.shapes:
            assert_valid([answer.content])
            self.shapes.add(shape)
        return words

    def pages(self, path, params=None):
        """Every page from here on."""
        bundle = self.get(path, params)
        yield bundle
        while following := link(bundle, "next"):
            bundle = self.get(following)
            yield bundle

    def all(self, path, params=None, mode="match"):
        """The resources of every page that came as `match`, or as `include`."""
        return [entry["resource"] for bundle in self.pages(path, params) for entry in bundle.get("entry", []) if entry["search"]["mode"] == mode]


def link(bundle, relation):
    return next((each["url"] for each in bundle["link"] if each["relation"] == relation), None)


def name(resource):
    return f"{resource['resourceType']}/{resource['id']}"


def names(resources):
    found = [name(resource) for resource in resources]
    assert len(set(found)) == len(found), f"doubled: {sorted(each for each in set(found) if found.count(each) > 1)[:5]}"
    return set(found)
