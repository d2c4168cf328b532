"""The guide's code in JavaScript, Python and Swift does what it says: it is taken from the page and run against a sandbox."""

import json
import pathlib
import re
import shutil
import subprocess
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox import ROOT

GUIDE = pathlib.Path(ROOT / "Documentation/guide.md").read_text()
VERIFIER = "a" * 43
CHALLENGE = "ZtNPunH49FD35FWYhT5Tv8I7vRKQJ8uxMaL0_9eHjNA"


def blocks(language, sandbox):
    """The token request and the reading of everything, at this sandbox."""
    found = re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    assert len(found) == 2, f"{len(found)} blocks of {language}"
    return [block.replace("http://localhost:8080", sandbox.portal) for block in found]


@pytest.fixture
def values(sandbox, member_walk, mayte):
    """What the guide's steps before have brought, with a fresh code."""
    redirect = sandbox.app.redirect_uris[0]
    back = member_walk(
        f"{sandbox.plan['authorize']}?client_id={sandbox.app.client_id}&redirect_uri={redirect}&code_challenge={CHALLENGE}&code_challenge_method=S256",
        mayte)
    return {"client": sandbox.app.client_id, "secret": sandbox.app.secret, "redirect": redirect, "verifier": VERIFIER,
            "code": parse_qs(urlsplit(back).query)["code"][0]}


def test_python(sandbox, values):
    token_request, reading = blocks("python", sandbox)
    exec(token_request, values)
    values["token"] = values["tokens"]["access_token"]
    exec(reading, values)
    assert len(values["record"]) > 50 and values["record"][0]["resourceType"] == "Patient"


@pytest.mark.skipif(not shutil.which("node"), reason="no node")
def test_javascript(sandbox, values):
    token_request, reading = blocks("js", sandbox)
    constants = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in values.items())
    script = f"{constants}{token_request}\nconst token = tokens.access_token;\n{reading}\nconsole.log(record.length, record[0].resourceType);"
    run = subprocess.run(["node", "--input-type=module", "-"], input=script, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    count, first = run.stdout.split()
    assert int(count) > 50 and first == "Patient"


@pytest.mark.skipif(not shutil.which("swiftc"), reason="no swiftc")
def test_swift(sandbox, values, tmp_path):
    token_request, reading = blocks("swift", sandbox)
    constants = "".join(f"let {name} = {json.dumps(value)}\n" for name, value in values.items())
    (tmp_path / "main.swift").write_text(
        f"{constants}{token_request}\nstruct Answer: Decodable {{ let access_token: String }}\n"
        f"let token = try JSONDecoder().decode(Answer.self, from: tokens).access_token\n{reading}\nprint(pages.count, pages[0].count)\n")
    built = subprocess.run(["swiftc", "main.swift", "-o", "guide"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert built.returncode == 0, built.stderr
    run = subprocess.run(["./guide"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    count, size = run.stdout.split()
    assert int(count) >= 1 and int(size) > 10_000
