"""`payerbridge doctor` says what is wrong with a connection, for people and for programs."""

import json
import subprocess

import pytest

from sandbox import free_port, program


@pytest.fixture(scope="module")
def payer(sandbox):
    return sandbox.add_app("Doctored Payer", f"http://127.0.0.1:{free_port()}/callback")


def doctor(sandbox, app, folder, *options, secret=None, redirect=None, client_id=None):
    secret_file = folder / "client-secret"
    secret_file.write_text(secret or app.secret)
    done = subprocess.run(
        [program(), "doctor", sandbox.fhir.removesuffix("/r4"), "--client-id", client_id or app.client_id, "--client-secret-file", str(secret_file),
         "--redirect-uri", redirect or app.redirect_uris[0], *options],
        capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert (secret or app.secret) not in done.stdout + done.stderr
    return done.returncode, done.stdout


def words(out):
    """What each check came to, by its title."""
    return {line[6:26].strip(): line[:4] for line in out.splitlines() if line[:4] in ("PASS", "WARN", "FAIL", "SKIP")}


def test_a_registered_app_is_well(sandbox, payer, tmp_path):
    status, out = doctor(sandbox, payer, tmp_path)
    assert status == 0, out
    assert set(words(out).values()) == {"PASS", "SKIP"} and len(words(out)) == 10
    assert [title for title, word in words(out).items() if word == "SKIP"] == ["TLS"]


@pytest.mark.parametrize("change, failing, told", [
    ({"secret": "wrong"}, {"Client credentials"}, "enter the client id and secret again"),
    ({"redirect": "http://127.0.0.1:1/callback"}, {"Redirect address"}, "register http://127.0.0.1:1/callback with the sending payer"),
    ({"client_id": "nobody"}, {"Redirect address", "Client credentials"}, "compare the client id"),
], ids=lambda value: str(value)[:30])
def test_what_is_wrong_is_named_with_its_fix(sandbox, payer, tmp_path, change, failing, told):
    status, out = doctor(sandbox, payer, tmp_path, **change)
    assert status == 1
    assert {title for title, word in words(out).items() if word == "FAIL"} == failing
    fixes = [line.strip() for line in out.splitlines() if line.startswith(" " * 26)]
    assert len(fixes) == len(failing) and any(told in fix for fix in fixes), out


def test_programs_get_the_same_as_json(sandbox, payer, tmp_path):
    status, out = doctor(sandbox, payer, tmp_path, "--json", "--issuer", "https://elsewhere.example")
    assert status == 1
    checks = {check["check"]: check for check in json.loads(out)["checks"]}
    assert len(checks) == 10
    assert checks["issuer"]["outcome"] == "fail" and checks["issuer"]["fix"].startswith("Do not connect")
    assert checks["tls"]["outcome"] == "skip" and checks["tls"]["because"]
    assert checks["credentials"]["outcome"] == "pass" and "fix" not in checks["credentials"]
