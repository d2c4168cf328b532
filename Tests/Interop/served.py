"""`payerbridge serve` with two real plans on hosts of their own, and the TLS-ending proxy that would stand in front of it."""

import os
import pathlib
import subprocess
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from mailbox import patiently
from sandbox import App, free_port, program
from walk import Walk, answer_of, details

# Members of two plans. Their numbers, key order and unknown extension must survive; their claims must not.
RECORDS = {
    "north": [
        '{"resourceType":"Patient","id":"north-ada","identifier":[{"type":{"coding":[{"code":"MB"}]},"value":"N-1"}],'
        '"name":[{"use":"official","family":"Tideway","given":["Ada"]}],"gender":"female","birthDate":"1980-02-29",'
        '"address":[{"postalCode":"02116"}],"telecom":[{"system":"email","value":"ada@member.example"}]}',
        '{"status":"final","resourceType":"Observation","id":"north-weight","extension":[{"url":"http://unknown.example/x","valueString":"\\u00e9 é"}],'
        '"code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"subject":{"reference":"Patient/north-ada"},'
        '"effectiveDateTime":"2024-05-01","valueQuantity":{"value":1.50,"unit":"kg"}}',
        '{"resourceType":"Coverage","id":"north-cover","status":"active","beneficiary":{"reference":"Patient/north-ada"},"payor":[{"display":"x"}]}',
        '{"resourceType":"ExplanationOfBenefit","id":"north-eob","status":"active","patient":{"reference":"Patient/north-ada"}}',
        '{"resourceType":"Claim","id":"north-claim","status":"active","patient":{"reference":"Patient/north-ada"}}',
        '{"resourceType":"ClaimResponse","id":"north-response","status":"active","patient":{"reference":"Patient/north-ada"}}',
    ],
    "south": [
        '{"resourceType":"Patient","id":"south-ben","identifier":[{"type":{"coding":[{"code":"MB"}]},"value":"S-1"}],'
        '"name":[{"use":"official","family":"Marsh","given":["Ben"]}],"gender":"male","birthDate":"1975-07-01",'
        '"address":[{"postalCode":"10001"}],"telecom":[{"system":"email","value":"ben@member.example"}]}',
        '{"resourceType":"Observation","id":"south-weight","status":"final","code":{"text":"weight"},"subject":{"reference":"Patient/south-ben"}}',
    ],
}
MEMBERS = {
    "north": {"firstName": "Ada", "lastName": "Tideway", "birthDate": "02/29/1980", "memberId": "N-1", "postalCode": "02116"},
    "south": {"firstName": "Ben", "lastName": "Marsh", "birthDate": "07/01/1975", "memberId": "S-1", "postalCode": "10001"},
}


class Front(HTTPAdapter):
    """Ends TLS: what is asked of https://NAME goes to the local port with `Host: NAME`, as a proxy would send it."""

    def __init__(self, port):
        super().__init__()
        self.port = port

    def send(self, request, **more):
        parts = urlsplit(request.url)
        inner = request.copy()
        inner.headers["Host"] = parts.netloc
        inner.url = f"http://127.0.0.1:{self.port}" + request.url.split(parts.netloc, 1)[1]
        answer = super().send(inner, **more)
        answer.url = request.url
        return answer


class Served:
    """Imports the records, registers an app at each plan, and serves them. `release` is written below each plan."""

    def __init__(self, folder, smtp_port, records=RECORDS, release=""):
        self.records, self.release = records, release
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self.config = self.folder / "payerbridge.yaml"
        self.config.write_text(self.text(smtp_port))
        self.apps = {}
        for plan, lines in records.items():
            file = self.folder / f"{plan}.ndjson"
            file.write_text("\n".join(lines) + "\n")
            # At the usual priority it might not get its turn beside whatever else runs here.
            self.run("import", "--priority", "normal", "--config", str(self.config), "--plan", plan, str(file))
            words = self.run("apps", "add", "--config", str(self.config), "--plan", plan, "--name", "Payer", "--redirect-uris", "https://payer.example/cb")
            told = dict(line.split()[:2] for line in words.splitlines() if line)
            self.apps[plan] = App({"clientId": told["client_id"], "clientSecret": told["client_secret"], "redirectUris": ["https://payer.example/cb"]})
        self.log = open(self.folder / "serve.log", "wb")
        self.process = subprocess.Popen([program(), "serve", "--config", str(self.config)], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        try:
            patiently(self._answers, "the served plans")
        except BaseException:
            self.stop()
            raise

    def text(self, smtp_port):
        plans = "".join(
            f"  - id: {plan}\n    name: {plan.title()} Health Plan\n    hosts:\n      auth: https://auth.{plan}.example\n      api: https://api.{plan}.example\n{self.release}"
            for plan in self.records
        )
        return (
            f"listen: 127.0.0.1:{self.port}\npublicAddress: https://p2p.example\ndataDirectory: data\n"
            f"mail:\n  host: 127.0.0.1\n  port: {smtp_port}\n  security: none\n  from: no-reply@p2p.example\nplans:\n{plans}"
        )

    def run(self, *arguments):
        done = subprocess.run([program(), *arguments], capture_output=True, text=True, env=os.environ)
        assert done.returncode == 0, f"{arguments[0]}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _answers(self):
        try:
            return self.browser().get("https://p2p.example/healthz", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def browser(self):
        session = requests.Session()
        session.mount("https://", Front(self.port))
        return session

    def authorize_url(self, plan, **more):
        app = self.apps[plan]
        fields = {"client_id": app.client_id, "redirect_uri": app.redirect_uris[0], **more}
        return requests.Request("GET", f"https://auth.{plan}.example/oauth2/authorize/payer2payer", params=fields).prepare().url

    def code(self, plan, mailbox):
        """A code of the plan; the mail goes to the address on the roster, whatever the member would type."""
        walk = Walk(self.authorize_url(plan, state="s"), session=self.browser())
        assert walk.page.url.startswith(f"https://auth.{plan}.example/oauth2/authorization/")
        address = self.records[plan][0].split('"email","value":"')[1].split('"')[0]
        before = len(mailbox.mails(address))
        walk.follow("/account")
        walk.submit("/account", **details(MEMBERS[plan]))
        assert address not in walk.page.text and address[0] + "•••@member.example" in walk.page.text
        assert "email" not in walk.page.form("/email").names, "a real plan does not ask where to"
        walk.submit("/email")
        walk.submit("/code", code=mailbox.code(address, before + 1))
        back = answer_of(walk.decide())
        assert back["iss"] == f"https://auth.{plan}.example/oauth2" and back["state"] == "s"
        return back["code"]

    def redeem(self, plan, code, app=None):
        fields = {"grant_type": "authorization_code", "code": code, **(app or self.apps[plan]).credentials}
        return self.browser().post(f"https://auth.{plan}.example/oauth2/token", data=fields, timeout=60)

    def stop(self):
        self.process.terminate()
        self.process.wait(120)
        self.log.close()


