"""Runs a Postman collection (v2.1) and an `.http` file as their tools do: variables are filled in, requests are sent as they stand."""

import re

import requests


class Collection:
    def __init__(self, document):
        assert document["info"]["schema"].endswith("/v2.1.0/collection.json")
        self.variables = {variable["key"]: variable["value"] for variable in document["variable"]}
        self.items = {item["name"]: item for item in document["item"]}

    def fill(self, text):
        return re.sub(r"\{\{(\w+)\}\}", lambda found: self.variables[found.group(1)], text)

    def url(self, name):
        return self.fill(self.items[name]["request"]["url"])

    def run(self, name):
        request = self.items[name]["request"]
        headers = {header["key"]: self.fill(header["value"]) for header in request["header"]}
        form = {field["key"]: self.fill(field["value"]) for field in request.get("body", {}).get("urlencoded", [])}
        answer = requests.request(request["method"], self.url(name), headers=headers, data=form or None, timeout=120)
        for event in self.items[name].get("event", []):
            # The script takes these from the answer; here they are taken as it says.
            for variable in re.search(r"of \[(.*?)\]", "".join(event["script"]["exec"])).group(1).replace("'", "").split(", "):
                if answer.status_code == 200 and variable in answer.json():
                    self.variables[variable] = answer.json()[variable]
        return answer


def http_requests(text):
    """`[(name, method, url, headers, body)]` of an .http file, its variables filled in."""
    variables = dict(re.findall(r"^@(\w+) = (.*)$", text, re.MULTILINE))
    found = []
    for block in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        filled = re.sub(r"\{\{(\w+)\}\}", lambda match: variables[match.group(1)], block)
        head, _, body = filled.partition("\n\n")
        name, line, *headers = head.strip().split("\n")
        found.append((name, *line.split(" ", 1), dict(header.split(": ", 1) for header in headers), body.strip()))
    return found
