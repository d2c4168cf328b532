"""The floor under an import: the same bytes into one SQLite table with one unique index, from one thread, with nothing parsed.

floor.py FOLDER [ROWS_IN_A_BATCH]: FOLDER holds *.ndjson.zst. Prints rows/s and rows per CPU-second, the time until they are durable.
"""

import pathlib
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time

folder = pathlib.Path(sys.argv[1])
batch = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
ID, PATIENT = re.compile(rb'"id":"([^"]+)"'), re.compile(rb'"Patient/([^"]+)"')

members, rows = {}, []
for number, file in enumerate(sorted(folder.glob("*.ndjson.zst"))):
    for line in subprocess.run(["zstd", "-dcq", file], capture_output=True, check=True).stdout.splitlines():
        key = ID.search(line).group(1)
        owner = PATIENT.search(line)
        member = members.setdefault(owner.group(1) if owner else key, len(members))
        rows.append((1, member, number, key.decode(), 1, 0, bytes(16), line))

with tempfile.TemporaryDirectory() as work:
    store = sqlite3.connect(f"{work}/floor.sqlite", isolation_level=None)
    for setting in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-49152", "wal_autocheckpoint=8192"):
        store.execute(f"PRAGMA {setting}")
    store.execute("CREATE TABLE resource (plan INT, member INT, type INT, id TEXT, version INT, updated_at INT, digest BLOB, body BLOB)")
    store.execute("CREATE UNIQUE INDEX resource_by_key ON resource (plan, member, type, id)")
    before, begin = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    for start in range(0, len(rows), batch):
        store.execute("BEGIN IMMEDIATE")
        store.executemany("INSERT INTO resource VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows[start:start + batch])
        store.execute("COMMIT")
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spent, after = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_SELF)
    store.close()
cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
print(f"{len(rows) / spent:.0f} {len(rows) / cpu:.0f}")
