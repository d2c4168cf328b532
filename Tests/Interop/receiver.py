"""The program's own receiving end as a subprocess, and what it wrote."""

import collections
import hashlib
import json
import pathlib
import re
import subprocess
import threading
import uuid

import requests

from mailbox import patiently
from sandbox import program


class Receiver:
    """`payerbridge receive`, started; its words are collected while it runs."""

    def __init__(self, sandbox, app, out, *options, secret=None):
        self.sandbox = sandbox
        self.out = pathlib.Path(out)
        secret_file = sandbox.data.parent / f"{uuid.uuid4().hex}.client-secret"
        secret_file.write_text(secret or app.secret)
        command = [
            program(), "receive", "--from", sandbox.fhir.removesuffix("/r4"), "--client-id", app.client_id,
            "--client-secret-file", str(secret_file), "--redirect-uri", app.redirect_uris[0], "--out", str(out), *options,
        ]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.lines = []
        self.reader = threading.Thread(target=lambda: self.lines.extend(iter(self.process.stdout.readline, "")), daemon=True)
        self.reader.start()

    @property
    def words(self):
        return "".join(self.lines)

    def authorize_url(self):
        """The address the member opens, as printed."""
        find = lambda: (found := re.search(rf"{re.escape(self.sandbox.plan['authorize'])}\S+", self.words)) and found[0]
        return patiently(find, "the authorize address")

    def agree(self, play, member):
        """The member walks through the pages, and the browser goes back to the waiting command."""
        answer = requests.get(play.walk(self.authorize_url(), member), timeout=60)
        assert answer.status_code == 200, answer.text
        return answer

    def end(self, seconds=300):
        """The exit status."""
        try:
            return self.process.wait(seconds)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.reader.join(10)
            self.process.stdout.close()


def contents(out):
    """Every resource on disk by type; each line must be of the type its file is named after."""
    record = collections.defaultdict(list)
    for path in sorted(pathlib.Path(out).glob("*.ndjson")):
        for line in path.read_text().splitlines():
            resource = json.loads(line)
            assert resource["resourceType"] == path.stem
            record[path.stem].append(resource)
    return record


def receipt(out):
    """`receipt.json`, after its counts and hashes were compared with the files."""
    told = json.loads((pathlib.Path(out) / "receipt.json").read_text())
    for entry in told["types"]:
        if entry["count"]:
            content = (pathlib.Path(out) / entry["file"]).read_bytes()
            assert content.count(b"\n") == entry["count"] and len(content) == entry["bytes"]
            assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    return told
