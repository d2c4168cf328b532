"""The command line: every mistake is answered with a sentence that says what to do, and with a status other than 0."""

import contextlib
import http.server
import os
import socket
import subprocess
import threading

import pytest
import requests

from mailbox import SandboxMailbox
from oauth import Member, bearer
from sandbox import free_port, program
from scenario import INSIDE

# What a library's own error looks like; a person is told in words.
RAW = (*INSIDE, "NSCocoa", "errno", "descriptor", "Domain=", "Error Domain", "Thread 1", "Illegal instruction")


def run(*arguments, seconds=120):
    """The status and the words of a command."""
    done = subprocess.run([program(), *map(str, arguments)], capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout + done.stderr


def shown_on_a_terminal(*arguments):
    """The lines that a command which ends well leaves on a terminal."""
    screen, terminal = os.openpty()
    process = subprocess.Popen([program(), *map(str, arguments)], stdout=terminal, stderr=terminal, stdin=subprocess.DEVNULL)
    os.close(terminal)
    shown = b""
    # Linux ends a terminal that nobody writes to any more with an error.
    with contextlib.suppress(OSError):
        while piece := os.read(screen, 65536):
            shown += piece
    os.close(screen)
    text = shown.decode()
    assert process.wait() == 0, text
    # A line begins anew at each return; what was drawn over is gone.
    return [line.split("\r")[-1].removeprefix("\x1b[K").removesuffix("\x1b[K") for line in text.replace("\r\n", "\n").split("\n")]


def assert_told(status, words, *expected):
    assert status not in (0, None) and status > 0, f"{status}: {words}"
    for text in expected:
        assert text in words, words
    assert not [text for text in RAW if text in words], words


@pytest.mark.parametrize("command", [[], ["sandbox"], ["serve"], ["receive"], ["doctor"], ["import"], ["members"], ["members", "import"], ["apps"], ["apps", "add"]],
                         ids=lambda command: " ".join(command) or "the program")
def test_help_teaches(command):
    status, words = run(*command, "--help")
    assert status == 0 and "USAGE: payerbridge" in words and "OVERVIEW" in words


@pytest.mark.parametrize("options", [["--port", "0"], ["--port", "70000"], ["--port", "many"], ["--members=-1"], ["--smtp", "http://x"], ["--unknown"]],
                         ids=" ".join)
def test_a_sandbox_with_a_wrong_option_does_not_start(tmp_path, options):
    assert_told(*run("sandbox", "--data", tmp_path / "data", *options))


def test_a_port_in_use_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert_told(*run("sandbox", "--data", tmp_path / "data", "--members", "0", "--port", port), str(port))


def test_a_data_directory_that_cannot_be_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    assert_told(*run("sandbox", "--data", tmp_path / "file" / "data", "--members", "0", "--port", str(free_port())), str(tmp_path / "file"))


CONFIG = "publicAddress: https://p2p.example\ndataDirectory: data\nplans:\n  - id: one\n    name: One\n"


@pytest.mark.parametrize("text, line", [
    (CONFIG.replace("id: one", "id: One Plan"), 4), (CONFIG + "    colour: red\n", 6), (CONFIG.replace("https:", "ftp:"), 1),
    (CONFIG.replace("    name: One\n", ""), 4), (CONFIG + "listen: 127.0.0.1\n", 6), (CONFIG + "    environment: prod\n", 6), ("plans: [", 1), ("", None),
], ids=["id", "unknown key", "address", "missing name", "listen", "choice", "no YAML", "empty"])
def test_a_mistake_in_the_configuration_is_named_with_its_line(tmp_path, text, line):
    file = tmp_path / "payerbridge.yaml"
    file.write_text(text)
    status, words = run("serve", "--config", file)
    assert_told(status, words, "payerbridge.yaml")
    assert line is None or f":{line}" in words or f"line {line}" in words, words


def test_bad_lines_of_an_import_are_named_and_the_rest_is_taken(tmp_path, start_sandbox):
    sandbox = start_sandbox(members=0)
    file = tmp_path / "mixed.ndjson"
    patient = '{"resourceType":"Patient","id":"imp-1","identifier":[{"type":{"coding":[{"code":"MB"}]},"value":"IMP-1"}],' \
              '"name":[{"family":"Import","given":["Ina"]}],"birthDate":"1990-01-02","address":[{"postalCode":"10001"}]}'
    file.write_text("\n".join([
        patient, "{broken", '{"resourceType":"Observation","id":"imp-o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/imp-1"}}',
        '{"resourceType":"Nonsense","id":"x"}', '["a list"]', '{"id":"no-type"}', '{"resourceType":"Condition","resourceType":"Observation","id":"twice"}',
    ]) + "\n")
    status, words = run("import", "--priority", "normal", "--data", sandbox.data, file)
    assert status == 3
    for number in (2, 4, 5, 6, 7):
        assert f"mixed.ndjson:{number}" in words, f"line {number}: {words}"
    assert not [text for text in RAW if text in words], words
    member = {"firstName": "Ina", "lastName": "Import", "birthDate": "1990-01-02", "memberId": "IMP-1", "postalCode": "10001"}
    token = Member(sandbox, SandboxMailbox(sandbox)).tokens(member)
    found = requests.get(sandbox.fhir + "/Observation", headers=bearer(token["access_token"]), timeout=60).json()
    assert [entry["resource"]["id"] for entry in found["entry"]] == ["imp-o"], "what was good is there, while the server runs"


@pytest.mark.parametrize("arguments", [
    ["import", "--data", "{data}", "/no/such/file.ndjson"], ["import", "--data", "{data}", "--plan", "nowhere", "/etc/hostname"],
    ["members", "show", "--data", "{data}", "nobody"], ["members", "import", "--data", "{data}", "/no/such/file.csv"],
    ["apps", "add", "--data", "{data}", "--name", "x", "--redirect-uris", "https://a.example/#x"],
    ["apps", "add", "--data", "{data}", "--name", "x", "--redirect-uris", ""],
    ["receive", "--from", "http://localhost:1", "--client-id", "x", "--out", "{data}/out"],
    ["receive", "--from", "nonsense", "--client-id", "x", "--out", "{data}/out"],
    ["receive", "--from", "http://example.com/demo", "--client-id", "x", "--out", "{data}/out"],
    ["receive", "--from", "http://localhost:1", "--client-id", "x", "--client-secret-file", "/no/such/file", "--out", "{data}/out"],
    ["doctor", "nonsense"], ["doctor", "http://example.com/r4"], ["doctor", "http://localhost:1"], ["doctor", "https://0x7f.1/r4"],
    ["doctor", "http://localhost:1", "--client-id", "x", "--client-secret-file", "/no/such/file"],
    ["serve", "--config", "/no/such/file.yaml"],
], ids=lambda arguments: " ".join(a.replace("{data}", "D") for a in arguments)[:60])
def test_a_command_that_cannot_work_says_why(tmp_path, arguments):
    assert_told(*run(*[argument.format(data=tmp_path) for argument in arguments]))


def test_receiving_from_something_else_says_so(tmp_path):
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<html>hello</html>")

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        assert_told(*run("receive", "--from", f"http://localhost:{server.server_port}", "--client-id", "x", "--out", tmp_path / "out"))
    finally:
        server.shutdown()
        server.server_close()


def test_a_data_directory_in_use_is_not_taken_over(start_sandbox):
    """A second sandbox on the same directory must not rewrite what the first one tells its clients."""
    first = start_sandbox(members=0)
    told = (first.data / "sandbox.json").read_bytes()
    second = subprocess.Popen([program(), "sandbox", "--data", str(first.data), "--port", str(free_port()), "--members", "0"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert second.wait(120) not in (0, None)
    except subprocess.TimeoutExpired:
        pytest.fail("two sandboxes serve the same directory")
    finally:
        second.kill()
        second.wait()
    assert (first.data / "sandbox.json").read_bytes() == told
