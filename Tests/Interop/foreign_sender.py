"""A sending payer that is not PayerBridge: SMART discovery, a member who agrees at once, tokens, FHIR R4; and every way to misbehave, by switch.

Nothing here is imported from the project, so that a mistake on both sides cannot cancel out. It speaks HTTP/1.1 on a free loopback port and
remembers every request. Change `sender.behaviour` at any time; what it says counts from the next request on.
"""

import base64
import dataclasses
import gzip
import hashlib
import http.server
import json
import secrets
import threading
import time
import urllib.parse

SHARED = {"Organization", "Practitioner", "PractitionerRole", "Location", "Medication"}
CLAIMS = ("Coverage", "Claim", "ExplanationOfBenefit")


@dataclasses.dataclass
class Behaviour:
    """Well-behaved as it stands. A set of types may hold `$everything` too, for the answers of that operation."""

    # What is offered.
    everything: str = "none"  # or "whole", "paged"
    page_size: int = 50  # entries on a page, at most
    # Time.
    slow: set = dataclasses.field(default_factory=set)  # types whose answers drip: a piece each `drip` seconds
    drip: float = 0.05
    busy: dict = dataclasses.field(default_factory=dict)  # type: how many more answers are 429
    retry_after: str = "1"
    # Tokens.
    expires_in: int = 3600
    expires_after: int = 0  # FHIR requests that one access token is good for; 0 is without end
    refreshes: bool = True  # False: invalid_grant to every refresh
    gives_refresh: bool = True
    names_patient: bool = True
    token_patient: str = ""  # instead of the right id
    # The answer to the authorize request.
    declines: bool = False
    promises_iss: bool = True
    iss: str = "right"  # or "missing", "wrong"
    state: str = "right"  # or "wrong"
    # Who the patient is.
    demographics: dict = dataclasses.field(default_factory=dict)  # replaces elements of the Patient
    # Answers: sets of types.
    broken: set = dataclasses.field(default_factory=set)  # JSON that ends in the middle, with the right length
    cut: set = dataclasses.field(default_factory=set)  # the connection ends before the announced length
    failing: set = dataclasses.field(default_factory=set)  # 500
    refusing: set = dataclasses.field(default_factory=set)  # 403
    redirecting: set = dataclasses.field(default_factory=set)  # 302 to the sink
    bomb: set = dataclasses.field(default_factory=set)  # 1 GiB of spaces in gzip, for whoever asks for gzip
    # Pages.
    next_elsewhere: set = dataclasses.field(default_factory=set)  # the next link leads to the sink
    next_relative: set = dataclasses.field(default_factory=set)
    next_loop: set = dataclasses.field(default_factory=set)  # the last page links back to the first
    # Entries.
    no_objects: set = dataclasses.field(default_factory=set)  # an entry and a resource that are numbers
    strangers: set = dataclasses.field(default_factory=set)  # a resource of another patient
    doubled: set = dataclasses.field(default_factory=set)  # every resource twice
    mistyped: set = dataclasses.field(default_factory=set)  # a Basic among what was searched
    huge: set = dataclasses.field(default_factory=set)  # a resource of 6 MB
    claims: set = dataclasses.field(default_factory=set)  # Coverage, Claim and ExplanationOfBenefit among the entries


@dataclasses.dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict
    headers: dict  # names in lower case
    form: dict
    at: float  # monotonic

    @property
    def authorization(self):
        return self.headers.get("authorization")


class _Server:
    """A threaded web server that hands each request to `answer` and remembers it."""

    def __init__(self, answer):
        self.asked = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _take(self):
                parts = urllib.parse.urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                asked = Asked(
                    self.command, parts.path, dict(urllib.parse.parse_qsl(parts.query)), {name.lower(): value for name, value in self.headers.items()},
                    dict(urllib.parse.parse_qsl(body)), time.monotonic())
                outer.asked.append(asked)
                answer(asked).send(self)

            do_GET = do_POST = do_PUT = do_DELETE = _take

            def log_message(self, *arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass  # Whoever hangs up on a misbehaving server does right.

        self.server = Server(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@dataclasses.dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict = dataclasses.field(default_factory=dict)
    drip: float = 0.0
    cut: bool = False

    def send(self, handler):
        handler.send_response(self.status)
        for name, value in {"Content-Type": "application/fhir+json", **self.headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(self.body)))
        handler.end_headers()
        if self.cut:
            handler.wfile.write(self.body[: len(self.body) // 2])
            handler.close_connection = True
        elif self.drip:
            step = max(1, len(self.body) // 10)
            for start in range(0, len(self.body), step):
                time.sleep(self.drip)
                handler.wfile.write(self.body[start:start + step])
                handler.wfile.flush()
        else:
            handler.wfile.write(self.body)


def _json(value, status=200):
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json", "Cache-Control": "no-store"})


def _outcome(status, words, headers=None):
    issue = {"severity": "error", "code": "processing", "diagnostics": words}
    return Reply(status, json.dumps({"resourceType": "OperationOutcome", "issue": [issue]}).encode(), headers or {})


class ForeignSender:
    """`record` is the member's resources and the shared ones they name, each as JSON text or as a dict; text is served byte for byte."""

    def __init__(self, record, client_id="foreign-client", secret="foreign-secret/+", redirect_uris=None, **behaviour):
        self.behaviour = Behaviour(**behaviour)
        self.client_id, self.secret, self.redirect_uris = client_id, secret, redirect_uris
        self._lock = threading.Lock()
        self._texts = {}  # type: {id: text}
        for resource in record:
            self.put(resource)
        (self.patient,) = self._texts["Patient"]
        self._codes, self._access, self._refresh = {}, {}, set()
        self.sink = _Server(lambda asked: Reply(200, b'{"resourceType":"Bundle","type":"searchset","total":0}'))
        self._server = _Server(self._answer)
        self.base = self._server.base
        self.fhir = self.base + "/fhir"
        self.issuer = self.base + "/auth"
        self.authorize = self.issuer + "/authorize"
        self.token = self.issuer + "/token"

    def __enter__(self):
        return self

    def __exit__(self, *arguments):
        self.stop()

    def stop(self):
        self._server.stop()
        self.sink.stop()

    # What it holds.

    def put(self, resource):
        """Adds a resource, or replaces the one of its id."""
        text = resource if isinstance(resource, str) else json.dumps(resource)
        parsed = json.loads(text)
        self._texts.setdefault(parsed["resourceType"], {})[parsed["id"]] = text

    def remove(self, type, id):
        del self._texts[type][id]

    @property
    def record(self):
        """`Type/id` of all there is, with the text that is served."""
        return {f"{type}/{id}": text for type, found in self._texts.items() for id, text in found.items()}

    # What it was asked.

    @property
    def asked(self):
        return list(self._server.asked)

    def asked_for(self, type):
        """Requests for a type's search or reads, or for `$everything`."""
        return [asked for asked in self.asked if asked.path.startswith("/fhir/") and self._type(asked.path) == type]

    def refreshes(self):
        return [asked for asked in self.asked if asked.form.get("grant_type") == "refresh_token"]

    def expire(self):
        """Every access token ends now."""
        with self._lock:
            self._access.clear()

    def revoke(self):
        """Every token ends now, those to refresh with too."""
        with self._lock:
            self._access.clear()
            self._refresh.clear()

    # How it answers.

    def _answer(self, asked):
        if asked.path == "/fhir/.well-known/smart-configuration":
            return _json(self._smart())
        if asked.path == "/auth/.well-known/oauth-authorization-server":
            return _json(self._smart())
        if asked.path == "/fhir/metadata":
            return Reply(200, json.dumps(self._metadata()).encode())
        if asked.path == "/auth/authorize":
            return self._authorize(asked)
        if asked.path == "/auth/token" and asked.method == "POST":
            return self._token(asked)
        if asked.path.startswith("/fhir/"):
            return self._fhir(asked)
        return _outcome(404, "There is nothing here.")

    def _smart(self):
        return {
            "issuer": self.issuer, "authorization_endpoint": self.authorize, "token_endpoint": self.token,
            "capabilities": ["launch-standalone", "client-confidential-symmetric", "context-standalone-patient", "permission-patient", "permission-offline"],
            "code_challenge_methods_supported": ["S256"], "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "authorization_response_iss_parameter_supported": self.behaviour.promises_iss,
        }

    def _metadata(self):
        def one(type):
            codes = ["read"] if type in SHARED or type == "Patient" else ["read", "search-type"]
            told = {"type": type, "interaction": [{"code": code} for code in codes]}
            if "search-type" in codes:
                told["searchParam"] = [{"name": "patient", "type": "reference"}]
            if type == "Patient" and self.behaviour.everything != "none":
                told["operation"] = [{"name": "everything", "definition": "http://hl7.org/fhir/OperationDefinition/Patient-everything"}]
            return told

        return {
            "resourceType": "CapabilityStatement", "status": "active", "date": "2026-01-01", "kind": "instance", "fhirVersion": "4.0.1", "format": ["json"],
            "software": {"name": "Foreign Sender", "version": "7"}, "rest": [{"mode": "server", "resource": [one(type) for type in sorted(self._texts)]}],
        }

    def _authorize(self, asked):
        query = asked.query
        wanted = {"response_type": "code", "client_id": self.client_id, "code_challenge_method": "S256", "aud": self.fhir}
        wrong = [name for name, value in wanted.items() if query.get(name) != value]
        known = self.redirect_uris is None or query.get("redirect_uri") in self.redirect_uris
        if wrong or not known or not query.get("code_challenge") or not query.get("state"):
            return Reply(400, f"wrong: {wrong or 'redirect_uri, code_challenge or state'}".encode(), {"Content-Type": "text/plain"})
        code = secrets.token_urlsafe(16)
        with self._lock:
            self._codes[code] = (query["code_challenge"], query["redirect_uri"])
        behaviour = self.behaviour
        back = {"error": "access_denied"} if behaviour.declines else {"code": code}
        back["state"] = query["state"] if behaviour.state == "right" else "not-" + query["state"]
        if behaviour.iss != "missing":
            back["iss"] = self.issuer if behaviour.iss == "right" else "https://somebody-else.example"
        separator = "&" if "?" in query["redirect_uri"] else "?"
        return Reply(302, headers={"Location": query["redirect_uri"] + separator + urllib.parse.urlencode(back)})

    def _token(self, asked):
        if self._credentials(asked) != (self.client_id, self.secret):
            return _json({"error": "invalid_client"}, 401)
        form, behaviour = asked.form, self.behaviour
        with self._lock:
            if form.get("grant_type") == "authorization_code":
                challenge, redirect_uri = self._codes.pop(form.get("code"), (None, None))
                digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
                if challenge is None or challenge != base64.urlsafe_b64encode(digest).rstrip(b"=").decode() or redirect_uri != form.get("redirect_uri"):
                    return _json({"error": "invalid_grant"}, 400)
            elif form.get("grant_type") == "refresh_token":
                if not behaviour.refreshes or form.get("refresh_token") not in self._refresh:
                    return _json({"error": "invalid_grant"}, 400)
                self._refresh.discard(form["refresh_token"])
            else:
                return _json({"error": "unsupported_grant_type"}, 400)
            access = "access-" + secrets.token_urlsafe(16)
            self._access[access] = 0
            told = {"access_token": access, "token_type": "Bearer", "expires_in": behaviour.expires_in, "scope": "launch/patient offline_access patient/*.read"}
            if behaviour.gives_refresh:
                told["refresh_token"] = "refresh-" + secrets.token_urlsafe(16)
                self._refresh.add(told["refresh_token"])
            if behaviour.names_patient:
                told["patient"] = behaviour.token_patient or self.patient
        return _json(told)

    @staticmethod
    def _credentials(asked):
        header = asked.authorization or ""
        if header.startswith("Basic "):
            name, _, secret = base64.b64decode(header[6:]).decode().partition(":")
            return urllib.parse.unquote_plus(name), urllib.parse.unquote_plus(secret)
        return asked.form.get("client_id"), asked.form.get("client_secret")

    def _admits(self, asked):
        token = (asked.authorization or "").removeprefix("Bearer ")
        with self._lock:
            if token not in self._access:
                return False
            self._access[token] += 1
            if self.behaviour.expires_after and self._access[token] > self.behaviour.expires_after:
                del self._access[token]
                return False
            return True

    @staticmethod
    def _type(path):
        parts = path.removeprefix("/fhir/").split("/")
        return "$everything" if parts[-1] == "$everything" else parts[0]

    def _fhir(self, asked):
        if not self._admits(asked):
            return _outcome(401, "The token is not valid.", {"WWW-Authenticate": "Bearer"})
        behaviour, type = self.behaviour, self._type(asked.path)
        with self._lock:
            if behaviour.busy.get(type, 0) > 0:
                behaviour.busy[type] -= 1
                return _outcome(429, "Not so fast.", {"Retry-After": behaviour.retry_after})
        if type in behaviour.failing:
            return _outcome(500, "It broke.")
        if type in behaviour.refusing:
            return _outcome(403, "This is not shared.")
        if type in behaviour.redirecting:
            return Reply(302, headers={"Location": self.sink.base + "/fhir/" + type})
        if type in behaviour.bomb and "gzip" in asked.headers.get("accept-encoding", ""):
            # A gzip file may have many members; a thousand times the same one is a GiB.
            return Reply(200, gzip.compress(b" " * (1 << 20)) * 1024, {"Content-Encoding": "gzip"})
        reply = self._resources(asked, type)
        if reply.status == 200:
            if type in behaviour.broken:
                reply.body = reply.body[: len(reply.body) * 2 // 3]
            reply.cut = type in behaviour.cut
            reply.drip = behaviour.drip if type in behaviour.slow else 0
        return reply

    def _resources(self, asked, type):
        parts = asked.path.removeprefix("/fhir/").split("/")
        if type == "$everything":
            if self.behaviour.everything == "none" or parts != ["Patient", self.patient, "$everything"]:
                return _outcome(404, "There is no such operation.")
            return self._page(asked, type, [(kind, text) for kind, found in self._texts.items() for text in found.values()])
        if len(parts) == 2:
            text = self._texts.get(type, {}).get(parts[1])
            return Reply(200, self._shown(type, text).encode()) if text else _outcome(404, "There is no such resource.")
        if type not in self._texts or type in SHARED or asked.query.get("patient", "").removeprefix("Patient/") != self.patient:
            return _outcome(404, "There is no such search.")
        return self._page(asked, type, [(type, text) for text in self._texts[type].values()])

    def _shown(self, type, text):
        if type == "Patient" and self.behaviour.demographics:
            return json.dumps({**json.loads(text), **self.behaviour.demographics})
        return text

    def _page(self, asked, type, found):
        behaviour = self.behaviour
        size = min(int(asked.query.get("_count", behaviour.page_size)), behaviour.page_size)
        if type == "$everything" and behaviour.everything == "whole":
            size = len(found)
        start = int(asked.query.get("_at", 0))
        here = found[start:start + size]
        entries = [self._entry(kind, self._shown(kind, text)) for kind, text in here]
        if type in behaviour.doubled:
            entries += entries
        if start == 0:
            entries += self._intruders(type)
        links = [{"relation": "self", "url": self.base + asked.path}]
        more = start + size if start + size < len(found) else 0
        if more or type in behaviour.next_loop:
            tail = urllib.parse.urlencode({**asked.query, "_at": more})
            host = self.sink.base if type in behaviour.next_elsewhere else "" if type in behaviour.next_relative else self.base
            links.append({"relation": "next", "url": f"{host}{asked.path}?{tail}"})
        head = json.dumps({"resourceType": "Bundle", "type": "searchset", "total": len(found), "link": links})
        return Reply(200, (head[:-1] + ', "entry": [' + ", ".join(entries) + "]}").encode())

    def _entry(self, kind, text):
        id = json.loads(text)["id"]
        return f'{{"fullUrl": "{self.fhir}/{kind}/{id}", "resource": {text}, "search": {{"mode": "match"}}}}'

    def _intruders(self, type):
        """What has no business on the page; named after what it is, so that a test can look for it."""
        behaviour, kind = self.behaviour, "Observation" if type == "$everything" else type
        mine = {"subject": {"reference": f"Patient/{self.patient}"}}
        found = []
        if type in behaviour.strangers:
            found.append({"resourceType": kind, "id": "of-a-stranger", "subject": {"reference": "Patient/somebody-else"}})
        if type in behaviour.mistyped:
            found.append({"resourceType": "Basic", "id": "mistyped", **mine})
        if type in behaviour.huge:
            found.append({"resourceType": kind, "id": "huge", "note": [{"text": "x" * 6_000_000}], **mine})
        if type in behaviour.claims:
            owner = {"beneficiary": mine["subject"], "patient": mine["subject"]}
            found += [{"resourceType": claim, "id": f"forbidden-{claim.lower()}", "status": "active", **owner} for claim in CLAIMS]
        entries = [self._entry(resource["resourceType"], json.dumps(resource)) for resource in found]
        return entries + ["7", '{"resource": 7}'] if type in behaviour.no_objects else entries


def sample_record(patient="foreign-1", observations=7):
    """A small record with what it refers to. The spelling of numbers, the key order and the escapes must survive."""
    me = f'{{"reference":"Patient/{patient}"}}'
    return [
        f'{{"resourceType":"Patient","id":"{patient}","identifier":[{{"type":{{"coding":[{{"code":"MB"}}]}},"value":"F-1"}}],'
        '"name":[{"use":"official","family":"Fernwood","given":["Fay"]}],"gender":"female","birthDate":"1980-02-29","address":[{"postalCode":"02116"}]}',
        *(
            f'{{"status":"final","resourceType":"Observation","id":"ob{number}","code":{{"coding":[{{"system":"http://loinc.org","code":"29463-7"}}]}},'
            f'"subject":{me},"effectiveDateTime":"2024-05-{number % 28 + 1:02}","valueQuantity":{{"value":{number}.50,"unit":"kg"}},'
            '"performer":[{"reference":"Practitioner/dr1"}],"note":[{"text":"\\u00e9 é"}]}'
            for number in range(1, observations + 1)
        ),
        *(
            f'{{"resourceType":"Condition","id":"co{number}","subject":{me},"code":{{"text":"Problem {number}"}},"recordedDate":"2023-01-0{number}"}}'
            for number in range(1, 4)
        ),
        f'{{"resourceType":"Encounter","id":"en1","status":"finished","class":{{"code":"AMB"}},"subject":{me},"serviceProvider":{{"reference":"Organization/org1"}}}}',
        '{"resourceType":"Practitioner","id":"dr1","name":[{"family":"Doctor"}]}',
        '{"resourceType":"Organization","id":"org1","name":"Foreign Clinic"}',
    ]
