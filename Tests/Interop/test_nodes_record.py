"""Two receiving servers over one PostgreSQL: what one was at when it died, the other brings to its end."""

import contextlib
import json
import os
import signal
import subprocess
import uuid

import pytest

from mailbox import SandboxMailbox, patiently
from nodes import rows, sandbox_over
from record import RecordMember
from sandbox import make_database

pytestmark = pytest.mark.skipif("PAYERBRIDGE_TEST_POSTGRES" not in os.environ, reason="bin/test starts the PostgreSQL server")


@contextlib.contextmanager
def held(uri, table):
    """Nobody writes to the table while the block runs."""
    holder = subprocess.Popen(["psql", "-qXAt", uri], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        holder.stdin.write(f"BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE; SELECT 'held';\n")
        holder.stdin.flush()
        assert holder.stdout.readline().strip() == "held"
        yield
    finally:
        holder.communicate(timeout=120)


def test_a_record_that_a_killed_server_was_keeping_is_kept_by_the_other_once(tmp_path):
    uri = make_database(f"record_{uuid.uuid4().hex}")
    with contextlib.ExitStack() as servers:
        first = servers.enter_context(sandbox_over(uri, tmp_path / "first"))
        member = RecordMember(first)
        member.agree(mailbox=SandboxMailbox(first))
        member.wait("Is this your record?")
        second = servers.enter_context(sandbox_over(uri, tmp_path / "second", like=first))
        # So that it is the first that has the transfer, and is not done when it dies.
        os.killpg(second.process.pid, signal.SIGSTOP)
        try:
            with held(uri, "kept_version"):
                member.step("keep")
                patiently(lambda: rows(uri, "SELECT 1 FROM transfer WHERE state = 'keeping' AND leased_until > 0"), "the transfer's lease")
                first.stop(signal.SIGKILL)
                assert rows(uri, "SELECT count(*) FROM kept_version") == [["0"]]
        finally:
            os.killpg(second.process.pid, signal.SIGCONT)

        # The session is in the store, so the same browser goes on at the other server.
        member.browser.page.url = member.page.url.replace(str(first.port), str(second.port))
        member.root = member.root.replace(str(first.port), str(second.port))
        member.wait("It is part of your record")
        lines = member.browser.session.get(member.root + "/record.ndjson", timeout=120).text.splitlines()
        names = {(line["resourceType"], line["id"]) for line in map(json.loads, lines)}
        assert len(names) == len(lines)
        kept = rows(uri, "SELECT type, source_id, local_id FROM kept_version")
        assert len(kept) == len({(kind, source) for kind, source, _ in kept}) > 1000
        # The plan's own Provenance stands beside them.
        assert {local for _, _, local in kept} <= {name for _, name in names}
        assert rows(uri, "SELECT count(*) FROM staged_resource") == [["0"]]
