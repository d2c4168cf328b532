"""Several `payerbridge serve` processes over one PostgreSQL, and clients that keep book of what they were told."""

import contextlib
import hashlib
import json
import os
import pathlib
import secrets
import shutil
import subprocess
import threading
import time

import requests

from sandbox import ROOT, Sandbox, free_port, program

HOST = "p2p.example"
PLAN = "north"
CALLBACK = "https://payer.example/cb"
# Tomorrow, in milliseconds.
FAR = int((time.time() + 86_400) * 1000)


def token(prefix):
    """A secret as the server makes them."""
    return f"p2p{prefix}_{secrets.token_urlsafe(32)}"


def rows(uri, sql):
    """What the database at this address answers, as text."""
    done = subprocess.run(["psql", "-qXAt", "-F", "\t", uri, "-v", "ON_ERROR_STOP=1"], input=sql, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return [line.split("\t") for line in done.stdout.splitlines()]


class Database:
    """A PostgreSQL server of its own, and a database on it."""

    def __init__(self, folder, *settings):
        self.folder = pathlib.Path(folder)
        self.base = self.command("start", *settings).strip()
        self.uri = self.base + "payerbridge"
        self.query("CREATE DATABASE payerbridge", database="postgres")

    def command(self, verb, *more):
        # The server would hold a pipe open for as long as it lives.
        with open(f"{self.folder}.{verb}", "w+") as said:
            subprocess.run([ROOT / "bin/postgres", verb, self.folder, *more], check=True, stdout=said, stderr=subprocess.STDOUT, timeout=600)
            said.seek(0)
            return said.read()

    def query(self, sql, database="payerbridge"):
        """The rows' values, as text."""
        return rows(self.base + database, sql)

    def standby(self, name):
        """Changes wait until the standby of this name has them; without a name they do not."""
        self.query(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
        self.query("SELECT pg_reload_conf()")

    def again(self, mode="immediate"):
        self.command("again", mode)

    def stop(self):
        self.command("stop")


@contextlib.contextmanager
def database_in(folder):
    """A server while the block runs. PostgreSQL runs as somebody else, who has to get there."""
    for parent in (folder, *folder.parents[:3]):
        parent.chmod(0o755)
    database = Database(folder / "server")
    try:
        yield database
    finally:
        database.stop()


@contextlib.contextmanager
def sandbox_over(uri, folder, like=None):
    """A sandbox with its store in this database while the block runs; one `like` another has its keys, and nothing else of it."""
    if like:
        shutil.copytree(like.data, folder, ignore=shutil.ignore_patterns("server.lock", "sandbox.json", "evidence"))
    sandbox = Sandbox(folder, "--password-cost", "4", "--database", uri, members=0)
    try:
        yield sandbox
    finally:
        sandbox.stop()


class Node:
    """One process that serves."""

    def __init__(self, folder, uri, key, more=""):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port, self.admin = free_port(), free_port()
        self.config = self.folder / "payerbridge.yaml"
        self.config.write_text(
            f"publicAddress: https://{HOST}\nlisten: 127.0.0.1:{self.port}\nadmin: {{address: 127.0.0.1:{self.admin}}}\n"
            f"dataDirectory: data\ndatabase: {uri}\nkeyFile: {key}\nplans:\n  - id: {PLAN}\n    name: North Health Plan\n{more}"
        )
        self.process = None

    def run(self, *arguments):
        done = subprocess.run([program(), *arguments, "--config", str(self.config)], capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self):
        log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen([program(), "serve", "--config", str(self.config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def wait(self, seconds=120):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
            if self.status("/healthz") == 200:
                return self
            time.sleep(0.02)
        raise TimeoutError((self.folder / "log").read_text()[-2000:])

    def status(self, path):
        try:
            return requests.get(f"http://127.0.0.1:{self.port}{path}", headers={"Host": HOST}, timeout=2).status_code
        except requests.RequestException:
            return None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()


class Plan:
    """A plan with one member's record on a database, and grants to walk on from."""

    def __init__(self, folder, database, uri=None, nodes=2):
        self.folder, self.database = pathlib.Path(folder), database
        key = self.folder / "key"
        key.write_bytes(os.urandom(32))
        key.chmod(0o600)
        self.nodes = [Node(self.folder / f"node{number}", uri or database.uri, key) for number in range(nodes)]
        records = self.folder / "records.ndjson"
        records.write_text(
            '{"resourceType":"Patient","id":"ada","identifier":[{"type":{"coding":[{"code":"MB"}]},"value":"N-1"}],'
            '"name":[{"family":"Tideway","given":["Ada"]}],"birthDate":"1980-02-29"}\n'
            + "".join(
                f'{{"resourceType":"Observation","id":"o{number}","status":"final","code":{{"text":"weight"}},"subject":{{"reference":"Patient/ada"}}}}\n'
                for number in range(50)
            )
        )
        first = self.nodes[0]
        first.run("import", "--priority", "normal", "--plan", PLAN, str(records))
        words = first.run("apps", "add", "--plan", PLAN, "--name", "Payer", "--redirect-uris", CALLBACK)
        told = dict(line.split()[:2] for line in words.splitlines() if line)
        self.client = (told["client_id"], told["client_secret"])
        self.session = requests.Session()
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.wait()

    def grants(self, count):
        """Refresh tokens of as many grants, as a member's consent would have made them."""
        made = [token("r") for _ in range(count)]
        rows = ", ".join(f"('\\x{hashlib.sha256(text.encode()).hexdigest()}'::bytea)" for text in made)
        self.database.query(
            f"""
            WITH wanted (hash) AS (VALUES {rows}), numbered AS (SELECT hash, row_number() OVER () AS place FROM wanted),
            granted AS (
                INSERT INTO access_grant (plan, member, app, scope, decider, language, created_at, expires_at)
                SELECT p.number, m.number, a.number, 'launch/patient offline_access patient/*.read', 'member', 'en', 0, {FAR}
                FROM numbered, plan p, member m, app a WHERE p.id = '{PLAN}' AND m.patient_id = 'ada' RETURNING number),
            counted AS (SELECT number, row_number() OVER () AS place FROM granted)
            INSERT INTO refresh_token (hash, "grant", scope, created_at, expires_at)
            SELECT n.hash, c.number, 'launch/patient offline_access patient/*.read', 0, {FAR} FROM numbered n JOIN counted c ON c.place = n.place
            """
        )
        return made

    def codes(self, count):
        """Codes of as many more grants, each of which may be redeemed once."""
        made = [token("c") for _ in range(count)]
        for text in made:
            self.database.query(
                f"""
                WITH granted AS (
                    INSERT INTO access_grant (plan, member, app, scope, decider, language, created_at, expires_at)
                    SELECT p.number, m.number, a.number, 'launch/patient offline_access patient/*.read', 'member', 'en', 0, {FAR}
                    FROM plan p, member m, app a WHERE p.id = '{PLAN}' AND m.patient_id = 'ada' RETURNING number)
                INSERT INTO authorization_code (hash, "grant", redirect_uri, redirect_uri_was_sent, expires_at)
                SELECT '\\x{hashlib.sha256(text.encode()).hexdigest()}', number, '{CALLBACK}', 1, {FAR} FROM granted
                """
            )
        return made

    def stop(self):
        for node in self.nodes:
            node.stop()


class Loader(threading.Thread):
    """Loads one small file after the other, and notes which were said to be kept."""

    def __init__(self, plan, stopping):
        super().__init__(daemon=True)
        self.plan, self.stopping, self.acknowledged, self.tries = plan, stopping, [], 0

    def run(self):
        file = self.plan.folder / "load.ndjson"
        number = 0
        while not self.stopping.is_set():
            file.write_text("".join(
                json.dumps({"resourceType": "Observation", "id": f"load-{number}-{n}", "status": "final", "code": {"text": "weight"},
                            "subject": {"reference": "Patient/ada"}}) + "\n" for n in range(20)))
            self.tries += 1
            done = subprocess.run([program(), "import", "--priority", "normal", "--plan", PLAN, "--config", str(self.plan.nodes[0].config), str(file)],
                                  capture_output=True, text=True, timeout=600)
            if done.returncode == 0:
                self.acknowledged.append(number)
                number += 1
            time.sleep(0.2)

    def examine(self):
        """Each file that was said to be kept is there, once and in its first version."""
        kept = self.plan.database.query("SELECT split_part(id, '-', 2), count(*), max(version) FROM resource WHERE id LIKE 'load-%' GROUP BY 1")
        whole = {int(number) for number, count, version in kept if (count, version) == ("20", "1")}
        assert set(self.acknowledged) <= whole, f"of the loads {self.acknowledged} only {sorted(whole)} are whole"


class Client(threading.Thread):
    """Redeems codes, refreshes, reads, searches and notes what was acknowledged, at whichever node answers."""

    def __init__(self, plan, refresh, operations, stopping, codes=()):
        super().__init__(daemon=True)
        self.plan, self.refresh, self.operations, self.stopping = plan, refresh, operations, stopping
        self.codes = list(codes)
        self.acknowledged, self.reads, self.tries = [], 0, 0
        self.ended, self.strange = 0, []
        self.moments = []

    def run(self):
        access = None
        done = 0
        session = requests.Session()
        while done < self.operations and not self.stopping.is_set():
            node = self.plan.nodes[(done + self.ident) % len(self.plan.nodes)]
            base, headers = f"http://127.0.0.1:{node.port}/{PLAN}", {"Host": HOST}
            self.tries += 1
            try:
                if access is None or done % 4 == 0:
                    answer = session.post(
                        base + "/oauth2/token", headers=headers, auth=self.plan.client, timeout=15,
                        data={"grant_type": "refresh_token", "refresh_token": self.refresh},
                    )
                    if answer.status_code == 200:
                        told = answer.json()
                        access, self.refresh = told["access_token"], told["refresh_token"]
                        self.acknowledged.append((access, self.refresh))
                    elif answer.status_code == 400 and self.unknown:
                        # What was not acknowledged had been done: used a second time, it has ended the grant.
                        self.ended += 1
                        return
                    elif answer.status_code != 503:
                        self.strange.append((answer.status_code, answer.text[:200]))
                        return
                    self.unknown = answer.status_code == 503
                elif self.codes and done % 4 == 1:
                    answer = session.post(
                        base + "/oauth2/token", headers=headers, auth=self.plan.client, timeout=15,
                        data={"grant_type": "authorization_code", "code": self.codes[0], "redirect_uri": CALLBACK},
                    )
                    if answer.status_code == 200:
                        told = answer.json()
                        self.acknowledged.append((told["access_token"], told["refresh_token"]))
                        self.codes.pop(0)
                    elif answer.status_code == 400 and self.unknown:
                        # As above: it had been redeemed, and nobody was told.
                        self.ended += 1
                        self.codes.pop(0)
                    elif answer.status_code != 503:
                        self.strange.append((answer.status_code, answer.text[:200]))
                        return
                    self.unknown = answer.status_code == 503
                else:
                    path = f"o{done % 50}" if done % 4 == 2 else "?code:text=weight&_count=5"
                    answer = session.get(
                        base + f"/r4/Observation/{path}".replace("/?", "?"), headers={**headers, "Authorization": f"Bearer {access}", "Accept-Encoding": "identity"}, timeout=15,
                    )
                    if answer.status_code == 200:
                        self.reads += 1
                    elif answer.status_code != 503:
                        self.strange.append((answer.status_code, answer.text[:200]))
                        return
                if answer.status_code == 200:
                    self.moments.append(time.monotonic())
                    done += 1
                else:
                    time.sleep(0.02)
            except requests.RequestException:
                self.unknown = True
                time.sleep(0.02)

    unknown = False


def examine(plan, clients):
    """What the database holds against what the clients were told: nothing acknowledged is lost, nothing is there twice."""
    database = plan.database
    assert not [client.strange for client in clients if client.strange], [client.strange for client in clients if client.strange][:3]
    kept = {row[0] for row in database.query("SELECT encode(hash, 'hex') FROM access_token UNION SELECT encode(hash, 'hex') FROM refresh_token")}
    told = {hashlib.sha256(text.encode()).hexdigest() for client in clients for pair in client.acknowledged for text in pair}
    assert told <= kept, f"{len(told - kept)} acknowledged tokens are lost"
    # Of each grant one refresh token is unused, and each used one made exactly one access token; so did a code, if it was used.
    wrong = database.query(
        """
        SELECT number FROM (
            SELECT g.number, (SELECT count(*) FROM refresh_token r WHERE r."grant" = g.number AND r.used_at IS NULL) AS unused,
                (SELECT count(*) FROM refresh_token r WHERE r."grant" = g.number AND r.used_at IS NOT NULL) AS used,
                (SELECT count(*) FROM access_token t WHERE t."grant" = g.number) AS access, c.hash IS NOT NULL AS by_code,
                CASE WHEN c.used_at IS NULL THEN 0 ELSE 1 END AS redeemed
            FROM access_grant g LEFT JOIN authorization_code c ON c."grant" = g.number) AS each
        WHERE unused <> CASE WHEN by_code THEN redeemed ELSE 1 END OR access <> used + redeemed
        """
    )
    assert not wrong, f"{len(wrong)} grants have an effect twice or by half"
    reads = sum(client.reads for client in clients)
    # Also those that nobody has put into their table yet; and each chain holds.
    disclosed = int(plan.nodes[0].run("disclosures", "verify").split()[0].replace(",", ""))
    assert reads <= disclosed <= sum(client.tries for client in clients)
    moments = sorted(moment for client in clients for moment in client.moments)
    silences = sorted((after - before for before, after in zip(moments, moments[1:])), reverse=True)
    return {
        "operations": sum(len(client.acknowledged) + client.reads for client in clients), "tries": sum(client.tries for client in clients),
        "ended": sum(client.ended for client in clients), "longest_silence": silences[0], "median_of_longest_ten": silences[:10][len(silences[:10]) // 2],
    }


def told(result):
    return json.dumps({key: round(value, 2) for key, value in result.items()})
