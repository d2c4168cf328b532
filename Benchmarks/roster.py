"""A member looked up in a roster of a million, on both engines: wanted are 2 ms at most.

roster.py PROGRAM [MEMBERS]: PROGRAM is a release build. The roster is made up and read in by `members import`; the lookup is the statement by which the
store finds whoever proves who they are. PostgreSQL is started by bin/postgres.
"""

import os
import pathlib
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

root = pathlib.Path(__file__).parent.parent
program, members = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
work = pathlib.Path(tempfile.mkdtemp())
work.chmod(0o755)
LOOKUP = (
    "SELECT number, member_id, first_name, last_name, birth_date, postal_code, email, coverage_start, coverage_end, patient_id "
    "FROM member WHERE plan = {plan} AND member_id_folded = {member} LIMIT 5"
)


def made():
    file = work / "roster.csv"
    with open(file, "w") as out:
        out.write("member_id,first_name,last_name,birth_date,postal_code,patient_id\n")
        for n in range(members):
            out.write(f"m-{n},Made{n % 977},Up{n % 7919},{1930 + n % 90}-{1 + n % 12:02}-{1 + n % 28:02},{n % 100000:05},p-{n}\n")
    return file


def load(name, database):
    folder = work / name
    folder.mkdir()
    key = folder / "key"
    key.write_bytes(os.urandom(32))
    key.chmod(0o600)
    config = folder / "payerbridge.yaml"
    config.write_text(
        "publicAddress: https://p2p.example\nlisten: 127.0.0.1:1\ndataDirectory: data\nkeyFile: key\n"
        + (f"database: {database}\n" if database else "") + "plans:\n  - id: demo\n    name: Bench\n"
    )
    begin = time.monotonic()
    process = subprocess.Popen([program, "members", "import", "--config", config, roster], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    trouble = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, trouble
    took = time.monotonic() - begin
    print(f"| roster of {members:,} read in, {name} | {took:.1f} s, {members / took:,.0f}/s, {used.ru_maxrss // 1024} MB at most |", flush=True)
    return folder


def folded(numbers):
    """As the store writes what it compares by; asked of the store itself, so that this file knows no rule of its own."""
    names = {f"m-{number}" for number in numbers}
    with sqlite3.connect(work / "SQLite/data/payerbridge.sqlite") as store:
        return [folded for name, folded in store.execute("SELECT member_id, member_id_folded FROM member") if name in names]


server = work / "server"
with open(work / "start.out", "w+") as said:
    subprocess.run([root / "bin/postgres", "start", server], check=True, stdout=said)
    said.seek(0)
    base = said.read().strip()
try:
    subprocess.run(["psql", "-qX", base + "postgres", "-c", "CREATE DATABASE bench"], check=True)
    roster = made()
    print("| what | measured |\n|---|---|")
    embedded, _ = load("SQLite", None), load("PostgreSQL", base + "bench")
    subprocess.run(["psql", "-qX", base + "bench", "-c", "VACUUM ANALYZE member"], check=True)
    wanted = folded(random.Random(1).sample(range(members), 5000))
    random.Random(2).shuffle(wanted)
    store = sqlite3.connect(embedded / "data/payerbridge.sqlite")
    plan = store.execute("SELECT number FROM plan").fetchone()[0]
    times = []
    for member in wanted:
        begin = time.perf_counter()
        found = store.execute(LOOKUP.format(plan="?", member="?"), (plan, member)).fetchall()
        times.append(time.perf_counter() - begin)
        assert len(found) == 1
    times.sort()
    print(f"| lookup, SQLite, Python's own time among it | median {statistics.median(times) * 1000:.3f} ms, 99 % below {times[len(times) * 99 // 100] * 1000:.3f} ms |")
    keys = work / "keys.sql"
    rows = ", ".join(f"({n}, '{member}')" for n, member in enumerate(wanted))
    subprocess.run(["psql", "-qX", base + "bench", "-f", "-"], input=f"CREATE TABLE bench_key (n integer PRIMARY KEY, member text); INSERT INTO bench_key VALUES {rows}; VACUUM ANALYZE bench_key", text=True, check=True)
    lookup = LOOKUP.format(plan=":k_plan", member=":k_member")
    keys.write_text(
        f"\\set n random(0, {len(wanted) - 1})\nSELECT p.number AS plan, k.member FROM bench_key k, plan p WHERE k.n = :n \\gset k_\n{lookup};\n")
    for clients in (1, 8):
        done = subprocess.run(
            ["pgbench", "-n", "-M", "prepared", "-r", "-c", str(clients), "-j", "1", "-T", "5", "-f", keys, base + "bench"], capture_output=True, text=True, check=True
        ).stdout
        each = re.search(r"([\d.]+)\s+(?:\d+\s+)?SELECT number, member_id", done).group(1)
        print(f"| lookup, PostgreSQL, {clients} at once | mean {each} ms |", flush=True)
finally:
    with open(work / "stop.out", "w") as said:
        subprocess.run([root / "bin/postgres", "stop", server], stdout=said)
    shutil.rmtree(work, ignore_errors=True)
