"""How long a transfer takes and how much memory many of them need, sender and receiver in one sandbox on this machine.

    python Benchmarks/transfers.py PROGRAM FOLDER

FOLDER holds the medium set (zst/*.ndjson.zst). Prints a table.
"""

import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests/Interop"))

from mailbox import SandboxMailbox, code_in, patiently
from sandbox import Sandbox
from walk import Walk


class Receiver(Walk):
    """A member at the receiving plan who comes in by a mailed code."""

    def __init__(self, sandbox, member):
        self.root = f"{sandbox.portal}/new/record"
        self.member = member
        self.sandbox = sandbox
        super().__init__(self.root)
        token = self.page.forms[0].values["form_token"]
        self.go("POST", self.root + "/sign-in", data={"form_token": token, "member_id": member["newId"], "birth_date": member["birthDate"]})
        code = code_in(SandboxMailbox(sandbox).newest(member["email"])["text"])
        self.submit("/code", code=code)

    def agree(self):
        """Up to the door; `arrive` goes in."""
        self.redirect_uri = self.root + "/callback"
        self.go("GET", self.root + "/plans")
        self.go("GET", next(link for link in self.page.links if "/record/plans/" in link))
        self.submit(self.page.url.rsplit("/record", 1)[1])
        assert self.page.url.startswith(self.sandbox.portal + "/demo"), self.page.text
        self.identify(self.member)
        address = f"{uuid.uuid4().hex}@example.com"
        self.submit("/email", email=address)
        self.submit("/code", code=SandboxMailbox(self.sandbox).code(address))
        self.submit("/consent", decision="allow", decider="member")
        return self.callback

    def arrive(self):
        self.redirect_uri = ""
        self.go("GET", self.callback)
        self.url = self.page.url

    def look(self, words):
        return words in self.go("GET", self.url).text


def memory(process, name):
    line = next(line for line in open(f"/proc/{process.pid}/status") if line.startswith(name))
    return int(line.split()[1]) // 1024


def run(sandbox, members, name):
    receivers = [Receiver(sandbox, member) for member in members]
    for receiver in receivers:
        receiver.agree()
    subprocess.run(["sh", "-c", f"echo 5 > /proc/{sandbox.process.pid}/clear_refs"], check=False)
    before = memory(sandbox.process, "VmRSS")
    begin = time.monotonic()
    for receiver in receivers:
        receiver.arrive()
    waiting = list(receivers)
    while waiting:
        waiting = [receiver for receiver in waiting if not receiver.look("Is this your record?")]
        time.sleep(0.01)
    arrived = time.monotonic() - begin
    begin = time.monotonic()
    for receiver in receivers:
        receiver.submit("/keep")
    waiting = list(receivers)
    while waiting:
        waiting = [receiver for receiver in waiting if not receiver.look("It is part of your record")]
        time.sleep(0.01)
    kept = time.monotonic() - begin
    count = sum(len(receiver.session.get(receiver.root + "/record.ndjson").text.splitlines()) for receiver in receivers)
    print(f"| {name} | {count:,} | {arrived:.2f} s | {kept:.2f} s | {before} MB | {memory(sandbox.process, 'VmHWM')} MB |", flush=True)


def main():
    program, folder = sys.argv[1:3]
    os.environ["PAYERBRIDGE_PROGRAM"] = program
    with tempfile.TemporaryDirectory() as home:
        data = pathlib.Path(home) / "data"
        made = Sandbox(data, members=0)
        made.stop()
        members = load(program, data, folder)
        sandbox = Sandbox(data, members=0, port=made.port)
        try:
            print("| what | resources | arrived | kept | memory before | highest |\n|---|---:|---:|---:|---:|---:|")
            run(sandbox, members[:1], "the largest member")
            run(sandbox, members[1:51], "50 members at once")
        finally:
            sandbox.stop()


def load(program, data, folder):
    """The 51 largest members of the set at the sending plan, and on the receiving plan's roster."""
    folder = pathlib.Path(folder)
    sizes = {}
    names = {}
    for file in sorted(folder.glob("zst/*.ndjson.zst")):
        text = subprocess.run(["zstd", "-dc", str(file)], capture_output=True, check=True).stdout
        for line in text.splitlines():
            resource = json.loads(line)
            if resource["resourceType"] == "Patient":
                names[resource["id"]] = resource
                owner = resource["id"]
            else:
                subject = resource.get("subject") or resource.get("patient") or {}
                owner = subject.get("reference", "").removeprefix("Patient/")
            sizes[owner] = sizes.get(owner, 0) + 1
    subprocess.run([program, "import", "--data", str(data), str(folder / "zst")], check=True, capture_output=True)
    chosen = sorted((owner for owner in sizes if owner in names), key=lambda owner: -sizes[owner])[:51]
    members = []
    for number, owner in enumerate(chosen):
        patient = names[owner]
        name = patient["name"][0]
        members.append({
            "memberId": f"OLD-{number}", "newId": f"NEXT-{number}", "firstName": name["given"][0], "lastName": name["family"],
            "birthDate": patient["birthDate"], "postalCode": patient["address"][0].get("postalCode", "00000"),
            "email": f"bench-{number}@example.com", "patientId": owner,
        })
    for plan, key, patient in (("demo", "memberId", True), ("new", "newId", False)):
        with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["member_id", "first_name", "last_name", "birth_date", "postal_code", "email"] + ["patient_id"] * patient)
            for member in members:
                row = [member[name] for name in (key, "firstName", "lastName", "birthDate", "postalCode", "email")]
                writer.writerow(row + [member["patientId"]] * patient)
            file.flush()
            done = subprocess.run([program, "members", "import", "--data", str(data), "--plan", plan, file.name], capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
    return members


if __name__ == "__main__":
    main()
