"""Where a member reads the code: the sandbox's own list of mails, or a folder filled by a real SMTP server."""

import json
import pathlib
import re
import time
import uuid

import requests


def fresh_address(name="member"):
    """An address no other test uses."""
    return f"{name}-{uuid.uuid4().hex[:12]}@example.com"


def code_in(text):
    """The six digits that stand alone on a line."""
    found = re.findall(r"^\s*(\d{6})\s*$", text, re.MULTILINE)
    assert len(found) == 1, f"{len(found)} codes in the mail:\n{text}"
    return found[0]


def patiently(look, what, seconds=120):
    """Asks until the answer is not empty. The patience is for a machine that is busy with much else; no promise is measured by it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come within {seconds} s")


class SandboxMailbox:
    def __init__(self, sandbox):
        self.address = sandbox.portal + "/sandbox/mail.json"

    def mails(self, to):
        """Newest first."""
        answer = requests.get(self.address, params={"to": to}, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def newest(self, to, count=1):
        """The newest mail, once there are `count` of them."""
        return patiently(lambda: (found := self.mails(to)) and len(found) >= count and found[0], f"mail {count} to {to}")

    def code(self, to, count=1):
        return code_in(self.newest(to, count)["text"])


class SMTPMailbox:
    """The folder of a test SMTP server: one JSON file for each message it took."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def mails(self, to):
        """Newest first."""
        found = [json.loads(path.read_text()) for path in sorted(self.folder.glob("*.json"), reverse=True)]
        return [mail for mail in found if to in mail["recipients"]]

    newest = SandboxMailbox.newest
    code = SandboxMailbox.code
