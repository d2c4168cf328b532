"""The store on PostgreSQL beside the same on SQLite, in one run: imports, and authorised reads by id, against pgbench.

postgres.py PROGRAM FOLDER [SECONDS] [--tenfold]: PROGRAM is a release build, FOLDER holds *.ndjson.zst. PostgreSQL is started by bin/postgres,
durable. The machine's speed changes between minutes, so the reads and pgbench take six turns of SECONDS, and their sums are compared. With --tenfold both stores get ten times their members afterwards, and the same reads are measured again. Prints the tables of results.md.
"""

import hashlib
import os
import pathlib
import random
import re
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

root = pathlib.Path(__file__).resolve().parents[1]
tenfold = "--tenfold" in sys.argv
arguments = [word for word in sys.argv[1:] if word != "--tenfold"]
program, records = arguments[0], pathlib.Path(arguments[1])
seconds = int(arguments[2]) if len(arguments) > 2 else 4
work = pathlib.Path(tempfile.mkdtemp())
work.chmod(0o755)
HERTZ = os.sysconf("SC_CLK_TCK")
HOST = "p2p.example"


def postgres(verb, *more):
    with open(work / f"{verb}.out", "w+") as said:
        subprocess.run([root / "bin/postgres", verb, work / "server", *more], check=True, stdout=said)
        said.seek(0)
        return said.read().strip()


def spent(*pids):
    """Seconds of processor time."""
    total = 0
    for pid in pids:
        stat = pathlib.Path(f"/proc/{pid}/stat")
        if not stat.exists():
            continue
        fields = stat.read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12]) + int(fields[13]) + int(fields[14])
    return total / HERTZ


def servers():
    """PostgreSQL's processes."""
    main = (work / "server/data/postmaster.pid").read_text().split()[0]
    return [main, *subprocess.run(["pgrep", "-P", main], capture_output=True, text=True).stdout.split()]


def query(sql):
    return subprocess.run(["psql", "-qXAt", base + "bench", "-c", sql], check=True, capture_output=True, text=True).stdout


class Server:
    def __init__(self, name, database):
        self.folder = work / name
        self.folder.mkdir()
        key = self.folder / "key"
        key.write_bytes(os.urandom(32))
        key.chmod(0o600)
        self.port = random.randint(20000, 30000)
        self.config = self.folder / "payerbridge.yaml"
        self.config.write_text(
            f"publicAddress: https://{HOST}\nlisten: 127.0.0.1:{self.port}\ndataDirectory: data\nkeyFile: key\n"
            + (f"database: {base}bench\n" if database else "") + "plans:\n  - id: demo\n    name: Bench\n"
        )

    def run(self, *arguments):
        done = subprocess.run([program, *arguments, "--config", self.config], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def load(self):
        begin = time.monotonic()
        process = subprocess.Popen([program, "import", "--config", self.config, records], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        words = process.stdout.read()
        _, _, used = os.wait4(process.pid, 0)
        took = time.monotonic() - begin
        return words, took, used.ru_maxrss // 1024, used.ru_utime + used.ru_stime

    def start(self):
        self.process = subprocess.Popen([program, "serve", "--config", self.config], stdout=open(self.folder / "log", "w"), stderr=subprocess.STDOUT)
        for _ in range(400):
            try:
                urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{self.port}/healthz", headers={"Host": HOST}))
                return
            except OSError:
                time.sleep(0.02)
        raise SystemExit((self.folder / "log").read_text())

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def memory(self):
        return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text()).group(1)) // 1024


def pick(count):
    """Patients with a record."""
    return query(f"SELECT patient_id FROM member WHERE patient_id IS NOT NULL ORDER BY patient_id LIMIT {count}").split()


def requests(server, patients, ids):
    """wrk's list: a path with its token on each line. The tokens are put where the program would have put them."""
    words = server.run("apps", "add", "--name", "Bench", "--redirect-uris", "https://payer.example/cb")
    client = dict(line.split()[:2] for line in words.splitlines() if line)["client_id"]
    far, lines, sql = int((time.time() + 86_400) * 1000), [], []
    for patient in patients:
        token = "p2pa_" + secrets.token_urlsafe(32)
        sql.append(
            f"INSERT INTO access_grant (plan, member, app, scope, decider, language, created_at, expires_at) SELECT m.plan, m.number, a.number, "
            f"'launch/patient patient/*.read', 'member', 'en', 0, {far} FROM member m, app a WHERE m.patient_id = '{patient}' AND a.client_id = '{client}'; "
            f"INSERT INTO access_token (hash, \"grant\", scope, created_at, expires_at) SELECT HASH({hashlib.sha256(token.encode()).hexdigest()}), max(number), "
            f"'launch/patient patient/*.read', 0, {far} FROM access_grant; "
        )
        lines += [f"{token} /demo/r4/Observation/{identifier}" for identifier in ids[patient]]
    if server is served:
        query(re.sub(r"HASH\((\w+)\)", r"'\\x\1'::bytea", "".join(sql)))
    else:
        with sqlite3.connect(server.folder / "data/payerbridge.sqlite") as store:
            store.executescript(re.sub(r"HASH\((\w+)\)", r"x'\1'", "".join(sql)))
        store.close()
    random.Random(1).shuffle(lines)
    file = server.folder / "requests"
    file.write_text("\n".join(lines) + "\n")
    return file, len(lines)


# Ten times the members and resources; the numbers of the places are made up, for nothing reads by them here.
TENFOLD = (
    "INSERT INTO member (plan, patient_id) SELECT m.plan, m.patient_id || '-' || k.n FROM member m, times k WHERE m.patient_id IS NOT NULL",
    "INSERT INTO resource (plan, member, type, id, version, updated_at, digest, body) "
    "SELECT r.plan, t.number, r.type, r.id || '-' || k.n, r.version, r.updated_at, r.digest, r.body FROM resource r CROSS JOIN times k "
    "JOIN member m ON m.plan = r.plan AND m.number = r.member JOIN member t ON t.plan = m.plan AND t.patient_id = m.patient_id || '-' || k.n",
    "INSERT INTO resource_place (plan, key, member) SELECT p.plan, p.key / 2 + 1000003 * k.n, p.member FROM times k, resource_place p WHERE p.member > 0 ON CONFLICT DO NOTHING",
    "INSERT INTO resource_count (plan, member, type, count) SELECT c.plan, t.number, c.type, c.count FROM resource_count c CROSS JOIN times k "
    "JOIN member m ON m.plan = c.plan AND m.number = c.member JOIN member t ON t.plan = m.plan AND t.patient_id = m.patient_id || '-' || k.n",
)


def multiply(server):
    numbers = "CREATE TEMP TABLE times AS SELECT n FROM (VALUES " + ", ".join(f"({n})" for n in range(1, 10)) + ") AS v (n); "
    if server is served:
        query(numbers + "; ".join(TENFOLD))
        query("VACUUM ANALYZE")
        return
    with sqlite3.connect(server.folder / "data/payerbridge.sqlite") as store:
        store.executescript(numbers.replace("SELECT n FROM", "SELECT column1 AS n FROM").replace(" AS v (n)", "") + "; ".join(TENFOLD))
    store.close()


LUA = """
local list, at = {}, 0
for line in io.lines(os.getenv("REQUESTS")) do
  local token, path = line:match("(%S+) (%S+)")
  list[#list + 1] = wrk.format("GET", path, { Authorization = "Bearer " .. token, Host = os.getenv("ASKED") })
end
function request() at = at % #list + 1 return list[at] end
"""


def wrk(server, file, connections):
    script = work / "list.lua"
    script.write_text(LUA)
    own, others = spent(server.process.pid), sum(spent(pid) for pid in servers())
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--latency", "--timeout", "10s", "-s", script, f"http://127.0.0.1:{server.port}"],
        capture_output=True, text=True, env={**os.environ, "REQUESTS": str(file), "ASKED": HOST},
    )
    assert "Non-2xx" not in done.stdout and done.returncode == 0, done.stdout + done.stderr
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1))
    half = re.search(r"^\s+50%\s+(\S+)", done.stdout, re.MULTILINE).group(1)
    own, others = spent(server.process.pid) - own, sum(spent(pid) for pid in servers()) - others
    return rate, half, own, others


base = postgres("start")
try:
    subprocess.run(["psql", "-qX", base + "postgres", "-c", "CREATE DATABASE bench"], check=True)
    embedded, served = Server("sqlite", False), Server("postgres", True)
    print("| import | resources/s | MB at most | CPU-seconds of the program | of PostgreSQL |\n|---|---|---|---|---|")
    for name, server in (("SQLite", embedded), ("PostgreSQL", served)):
        before = sum(spent(pid) for pid in servers())
        words, took, most, cpu = server.load()
        others = sum(spent(pid) for pid in servers()) - before
        if server is served:
            count = int(query("SELECT count(*) FROM resource"))
        else:
            with sqlite3.connect(server.folder / "data/payerbridge.sqlite") as store:
                count = store.execute("SELECT count(*) FROM resource").fetchone()[0]
        print(f"| {name} | {count / took:,.0f} ({count:,} in {took:.1f} s) | {most} | {cpu:.1f} | {others:.1f} |", flush=True)
    query("VACUUM ANALYZE")
    members = pick(200)
    ids = {patient: [] for patient in members}
    rows = query(
        "SELECT m.patient_id, r.id, length(r.body) FROM member m JOIN resource r ON r.plan = m.plan AND r.member = m.number WHERE r.type = "
        "(SELECT type FROM resource GROUP BY type ORDER BY count(*) DESC LIMIT 1) AND m.patient_id IN ("
        + ", ".join(f"'{patient}'" for patient in members) + ")"
    )
    sizes = []
    for line in rows.splitlines():
        patient, identifier, size = line.split("|")
        ids[patient].append(identifier)
        sizes.append(int(size))
    size = sum(sizes) // len(sizes)
    query(
        "CREATE TABLE bench_row (number integer PRIMARY KEY, body bytea NOT NULL); ALTER TABLE bench_row ALTER body SET STORAGE EXTERNAL; "
        f"INSERT INTO bench_row SELECT n, decode(repeat('ab', {size}), 'hex') FROM generate_series(1, 100000) n"
    )
    query("VACUUM ANALYZE bench_row")
    (work / "one.sql").write_text("\\set number random(1, 100000)\nSELECT body FROM bench_row WHERE number = :number;\n")
    print(f"\nAuthorised reads by id, 8 connections, {len(sizes):,} Observations of {len(members)} members, {size} bytes on average.\n")
    print("| | requests/s | p50 | CPU-ms of the server for each | of PostgreSQL |\n|---|---|---|---|---|")


    rates = {}

    def measure(label=""):
        for name, server in (("on SQLite", embedded), ("on PostgreSQL", served)):
            server.start()
            file, count = requests(server, members, ids)
            wrk(server, file, 8)
            rate, half, own, others = wrk(server, file, 8)
            rates.setdefault(name + label, []).append(rate)
            print(f"| {name}{label} | {rate:,.0f} | {half} | {own / rate / seconds * 1000:.3f} | {others / rate / seconds * 1000:.3f} | {server.memory()} MB at most", flush=True)
            server.stop()


    def pgbench(script, *more):
        done = subprocess.run(
            ["pgbench", "-n", "-M", "prepared", "-c", "8", "-j", "1", "-T", str(seconds), "-f", script, *more, base + "bench"], capture_output=True, text=True, check=True
        ).stdout
        return float(re.search(r"tps = ([\d.]+)", done).group(1)), re.search(r"latency average = (.*)", done).group(1)


    def lookups(label=""):
        """The store's own statement for a resource, without the server."""
        query("DROP TABLE IF EXISTS bench_key; CREATE TABLE bench_key AS SELECT row_number() OVER () AS n, r.plan, r.member, r.type, r.id FROM resource r WHERE r.member > 0 ORDER BY md5(r.id) LIMIT 2000; "
              "CREATE UNIQUE INDEX ON bench_key (n)")
        (work / "key.sql").write_text(
            "\\set number random(1, 2000)\nSELECT plan, member, type, id FROM bench_key WHERE n = :number \\gset k_\n"
            "SELECT id, version, updated_at, body FROM resource WHERE plan = :k_plan AND member = :k_member AND type = :k_type AND id = :k_id;\n"
        )
        rate, mean = pgbench(work / "key.sql")
        print(f"| the store's statement for one resource and one for its key, pgbench{label} | {rate:,.0f} | {mean} | | ", flush=True)


    def settle():
        """What writing has left for the disk is written, so that the reads do not wait for it."""
        query("CHECKPOINT")
        os.sync()


    settle()
    for turn in range(6):
        measure()
        rate, mean = pgbench(work / "one.sql")
        rates.setdefault("pgbench", []).append(rate)
        print(f"| pgbench, one prepared row of this size | {rate:,.0f} | {mean} | | ", flush=True)
    served_rate = sum(rates["on PostgreSQL"])
    print(
        f"\nOver all turns, on PostgreSQL {served_rate / sum(rates['pgbench']):.2f} of pgbench (wanted 0.2) and "
        f"{served_rate / sum(rates['on SQLite']):.2f} of SQLite (wanted 0.6).", flush=True
    )
    if tenfold:
        lookups()
        for server in (embedded, served):
            multiply(server)
        settle()
        print(f"\nThe same with {query('SELECT count(*) FROM resource').strip()} resources of {query('SELECT count(*) FROM member').strip()} members.\n", flush=True)
        measure(", tenfold")
        measure(", tenfold")
        lookups(", tenfold")
finally:
    postgres("stop")
    shutil.rmtree(work, ignore_errors=True)
