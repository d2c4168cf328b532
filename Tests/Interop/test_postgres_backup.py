"""A backup of PostgreSQL as the page says: pg_dump, and pg_restore into another database, from which a node serves the same."""

import subprocess

import pytest
import requests

from nodes import HOST, PLAN, Node, Plan, database_in


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    with database_in(tmp_path_factory.mktemp("postgres")) as made:
        yield made


def refresh(plan, node, text):
    return requests.post(f"http://127.0.0.1:{node.port}/{PLAN}/oauth2/token", headers={"Host": HOST}, auth=plan.client, timeout=60,
                         data={"grant_type": "refresh_token", "refresh_token": text})


def read(node, access, path="Patient/ada"):
    return requests.get(f"http://127.0.0.1:{node.port}/{PLAN}/r4/{path}", headers={"Host": HOST, "Authorization": f"Bearer {access}"}, timeout=60)


def test_a_dump_that_is_restored_serves_what_was_there_and_its_log_holds(database, tmp_path):
    plan = Plan(tmp_path, database, nodes=1)
    (first,) = plan.nodes
    try:
        tokens = refresh(plan, first, plan.grants(1)[0]).json()
        body = read(first, tokens["access_token"]).content
        assert read(first, tokens["access_token"], "Observation?code:text=weight&_count=5").json()["total"] == 50
        subprocess.run(["pg_dump", "--format=directory", "--jobs=4", f"--file={tmp_path / 'dump'}", database.uri], check=True, timeout=300)
        later = refresh(plan, first, tokens["refresh_token"]).json()
        database.query("CREATE DATABASE restored", database="postgres")
        restored = database.base + "restored"
        subprocess.run(["pg_restore", "--jobs=4", f"--dbname={restored}", tmp_path / "dump"], check=True, timeout=300)
        second = Node(tmp_path / "restored", restored, plan.folder / "key")
        plan.nodes.append(second)
        assert "2 disclosures, each as it was written." in second.run("disclosures", "verify")
        second.start().wait()
        assert read(second, tokens["access_token"]).content == body
        assert read(second, later["access_token"]).status_code == 401, "issued after the dump"
        # New rows get numbers that nobody has.
        assert refresh(plan, second, tokens["refresh_token"]).status_code == 200
        second.run("import", "--priority", "normal", "--plan", PLAN, str(plan.folder / "records.ndjson"))
        second.run("apps", "add", "--plan", PLAN, "--name", "Another Payer", "--redirect-uris", "https://another.example/cb")
    finally:
        plan.stop()
