"""The FHIR API as HTTP: compression, conditions, HEAD, methods, origins, and page links that open nothing else."""

import gzip
import re

import pytest
import requests

from api import link
from oauth import bearer

KINDS = ["Observation/corner-numbers", "Observation?_count=40", "Patient/{patient}", "Patient/{patient}/$everything", "Patient/{patient}/Encounter",
         "DocumentReference/$docref?patient={patient}", "metadata"]
ORIGIN = {"Origin": "https://app.example"}


def without_time(content):
    """A Bundle says when it was made, and its page links are sealed anew each time."""
    return re.sub(rb'"type":"searchset","meta":\{"lastUpdated":"[^"]*"\}|_page=[0-9A-Za-z_-]*', b"", content)


def ask(complete, method, path, **headers):
    return complete.api.ask(method, path.format(patient=complete.api.patient), headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("path", KINDS)
def test_compressed_it_is_the_same(complete, path):
    """What is compressed goes through the router, what is not is answered before it: two ways, one answer."""
    plain, packed = ask(complete, "GET", path), ask(complete, "GET", path, Accept_Encoding="gzip, deflate")
    assert plain.status_code == packed.status_code == 200
    assert without_time(packed.content) == without_time(plain.content)
    assert "Content-Encoding" not in plain.headers
    if len(plain.content) > 2000:
        assert packed.headers["Content-Encoding"] == "gzip"
        raw = requests.get(packed.url, headers={**complete.api.session.headers, "Accept-Encoding": "gzip"}, stream=True, timeout=120).raw.read(decode_content=False)
        assert len(raw) < len(plain.content) * 0.6 and without_time(gzip.decompress(raw)) == without_time(plain.content)
    for name in ("Content-Type", "ETag", "Last-Modified", "Cache-Control", "Vary", "Access-Control-Allow-Origin", "X-Content-Type-Options"):
        assert plain.headers.get(name) == packed.headers.get(name), name
    refusing = ask(complete, "GET", path, Accept_Encoding="gzip;q=0, identity")
    assert "Content-Encoding" not in refusing.headers and without_time(refusing.content) == without_time(plain.content)


@pytest.mark.parametrize("path", KINDS)
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_head_says_what_get_says(complete, path, coding):
    got, head = (ask(complete, method, path, Accept_Encoding=coding) for method in ("GET", "HEAD"))
    assert head.status_code == 200 and head.content == b""
    named = [name for name in got.headers if name.lower() not in ("date", "transfer-encoding", "content-length", "connection", "x-request-id")]
    assert {name: head.headers.get(name) for name in named} == {name: got.headers[name] for name in named}
    if coding == "identity" and "Content-Length" in head.headers:
        assert int(head.headers["Content-Length"]) == len(got.content)


def test_head_of_what_is_compressed_gives_no_wrong_length(complete):
    head = ask(complete, "HEAD", "Observation?_count=40", Accept_Encoding="gzip")
    assert head.headers["Content-Encoding"] == "gzip" and head.headers.get("Content-Length") != "0"


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_what_is_known_already_is_not_sent_again(complete, coding):
    first = ask(complete, "GET", "Observation/corner-numbers", Accept_Encoding=coding)
    tag, date = first.headers["ETag"], first.headers["Last-Modified"]
    before, after = "Tue, 01 Jan 2019 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"
    for headers, status in (
        ({"If_None_Match": tag}, 304), ({"If_None_Match": tag.removeprefix("W/")}, 304), ({"If_None_Match": f'"x", {tag}'}, 304), ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": 'W/"999"'}, 200), ({"If_Modified_Since": date}, 304), ({"If_Modified_Since": after}, 304), ({"If_Modified_Since": before}, 200),
        ({"If_Modified_Since": "yesterday"}, 200), ({"If_None_Match": 'W/"999"', "If_Modified_Since": after}, 200),
        ({"If_None_Match": tag, "If_Modified_Since": before}, 304),
    ):
        answer = ask(complete, "GET", "Observation/corner-numbers", Accept_Encoding=coding, **headers)
        assert answer.status_code == status, (headers, answer.status_code)
        assert answer.headers["ETag"] == tag and answer.headers["Last-Modified"] == date
        assert (answer.content == b"") == (status == 304)
    for path in ("Observation/none-such", "Coverage/1"):
        assert ask(complete, "GET", path, If_None_Match="*").status_code in (403, 404)


def test_a_version_that_was_replaced_is_gone_and_the_new_one_is_new(complete):
    patient = ask(complete, "GET", "Patient/{patient}")
    assert patient.headers["ETag"] == 'W/"2"', "the record was imported on top"
    assert ask(complete, "GET", "Patient/{patient}/_history/2").content == patient.content
    assert ask(complete, "GET", "Patient/{patient}/_history/1").status_code == 404


@pytest.mark.parametrize("path", ["Observation/corner-numbers", "Observation", "Patient/{patient}/$everything", "metadata", "DocumentReference/$docref?patient={patient}"])
def test_only_json_is_written(complete, path):
    for accept in ("application/fhir+xml", "application/xml", "text/turtle", "text/html"):
        assert ask(complete, "GET", path, Accept=accept).status_code == 406
    assert ask(complete, "GET", path + ("&" if "?" in path else "?") + "_format=xml").status_code == 406
    for accept in ("application/fhir+json", "application/json", "*/*", "text/html, */*;q=0.1"):
        assert ask(complete, "GET", path, Accept=accept).status_code == 200


ALLOWED = {
    "metadata": "GET, HEAD, OPTIONS", "Observation": "GET, HEAD, OPTIONS", "Observation/corner-numbers": "GET, HEAD, OPTIONS",
    "Observation/corner-numbers/_history/1": "GET, HEAD, OPTIONS", "Patient/{patient}/Observation": "GET, HEAD, OPTIONS",
    "Observation/_search": "POST, OPTIONS", "Patient/{patient}/Observation/_search": "POST, OPTIONS",
    "Patient/$everything": "GET, HEAD, POST, OPTIONS", "Patient/{patient}/$everything": "GET, HEAD, POST, OPTIONS",
    "DocumentReference/$docref": "GET, HEAD, POST, OPTIONS",
}


@pytest.mark.parametrize("path, allowed", ALLOWED.items())
def test_a_wrong_method_is_told_the_right_ones(complete, path, allowed):
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"):
        if method in allowed.split(", "):
            continue
        answer = ask(complete, method, path)
        assert answer.status_code == 405 and answer.headers["Allow"] == allowed, (method, answer.status_code)
    preflight = complete.api.ask("OPTIONS", path.format(patient=complete.api.patient), headers={
        "Authorization": None, **ORIGIN, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization, if-none-match, prefer"})
    assert preflight.status_code == 204 and preflight.headers["Access-Control-Allow-Origin"] == "*"
    offered = preflight.headers["Access-Control-Allow-Headers"].lower()
    assert all(name in offered for name in ("authorization", "accept", "content-type", "prefer", "if-none-match", "if-modified-since"))


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_script_of_any_origin_may_read_every_answer(complete, coding):
    for path, status in (("Observation?_count=1", 200), ("Observation/corner-numbers", 200), ("Observation/none", 404), ("Coverage", 403), ("Observation?_count=x", 400)):
        answer = ask(complete, "GET", path, Accept_Encoding=coding, **ORIGIN)
        assert answer.status_code == status and answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "ETag" in ask(complete, "GET", "Observation/corner-numbers", **ORIGIN).headers["Access-Control-Expose-Headers"]
    assert complete.api.ask("GET", "Patient", headers={"Authorization": None, **ORIGIN}).headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", KINDS)
def test_pretty_is_the_same_in_lines(complete, path):
    plain, pretty = ask(complete, "GET", path).json(), ask(complete, "GET", path + ("&" if "?" in path else "?") + "_pretty=true")
    assert pretty.text.count("\n") > 20 and '\n  "' in pretty.text
    found = pretty.json()
    if found["resourceType"] == "Bundle":
        for bundle in (plain, found):
            bundle.pop("meta"), bundle.pop("link")
    assert found == plain


@pytest.fixture(scope="module")
def tokens(complete):
    """Other tokens that a page link could be carried to: another member, the same member again, another app."""
    sandbox, play = complete.sandbox, complete.play
    stranger = sandbox.add_app("Another Payer", "https://another-payer.example/callback")
    first = sandbox.member("01-testmemid")
    answers = {"another member": play.tokens(sandbox.member("03-testmemid")), "another permission": play.tokens(first), "another app": play.tokens(first, app=stranger)}
    return {who: answer["access_token"] for who, answer in answers.items()}


@pytest.fixture(scope="module")
def following(complete):
    paths = ["Observation?_count=5", "Observation?category=laboratory&_sort=-date&_count=5", f"Patient/{complete.api.patient}/Observation?_count=5",
             f"Patient/{complete.api.patient}/$everything?_count=5", "Patient/$everything?_count=5"]
    return {path: link(complete.api.get(path), "next") for path in paths}


def test_a_page_link_works_for_its_own_token_and_as_often_as_it_is_asked(complete, following):
    for url in following.values():
        first, second = complete.api.get(url), complete.api.get(url)
        assert first["entry"] == second["entry"] and link(first, "self") == url


def test_a_page_link_is_refused_to_every_other_token(complete, following, tokens):
    for url in following.values():
        for who, token in tokens.items():
            answer = complete.api.ask("GET", url, headers=bearer(token))
            if answer.status_code == 200:
                # Another member's compartment is empty, whatever stands behind its address.
                assert who == "another member" and "/Patient/" in url and answer.json()["total"] == 0 and "entry" not in answer.json()
            else:
                assert answer.status_code in (400, 404), (who, url, answer.status_code)
                assert complete.api.patient not in answer.text
            assert "corner" not in answer.text


def test_a_page_link_is_refused_when_anything_in_it_was_changed(complete, following):
    for path, url in following.items():
        head, page = url.split("_page=")
        flipped = page[:-1] + ("A" if page[-1] != "A" else "B")
        middle = page[: len(page) // 2] + ("A" if page[len(page) // 2] != "A" else "B") + page[len(page) // 2 + 1:]
        changed = [f"{head}_page={flipped}", f"{head}_page={middle}", f"{head}_page={page[:-4]}", f"{head}_page={page}A", f"{head}_page=",
                   url.replace("_count=5", "_count=500")]
        changed += [url.replace("Observation?", "Encounter?")] if path.startswith("Observation?") else []
        changed += [url.replace("category=laboratory", "category=vital-signs"), url.replace("-date", "date")] if "category" in path else [url + "&status=final"] if "every" not in path else []
        for each in changed:
            if each.endswith("_page="):
                continue
            assert "changed" in complete.api.refusal("GET", each, 400), each
    pages = list(following.values())
    for url in pages:
        for other in pages:
            if other != url:
                complete.api.refusal("GET", url.split("_page=")[0] + "_page=" + other.split("_page=")[1], 400)


def test_a_body_that_is_too_large_or_of_another_kind_is_refused(complete):
    api = complete.api
    api.refusal("POST", "Observation/_search", 413, data={"code": "x" * 70_000})
    api.refusal("POST", "Observation/_search", 415, data="<x/>", headers={"Content-Type": "application/xml"})
    api.refusal("POST", "Patient/$everything", 415, data="<x/>", headers={"Content-Type": "application/xml"})
    api.refusal("POST", "Patient/$everything", 400, data='{"resourceType":"Bundle"}', headers={"Content-Type": "application/fhir+json"})
