"""How members of a real receiving plan come in: by a link that the plan's own portal signed, or by a code at the address on the roster."""

import base64
import hashlib
import hmac
import json
import sqlite3
import subprocess
import time
import uuid

import pytest
import requests

from mailbox import code_in, patiently
from sandbox import free_port, program
from walk import Walk

KEY = b"a key that the plan's own portal has too"


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    home = tmp_path_factory.mktemp("plan")
    port = free_port()
    key = home / "link.key"
    key.write_bytes(KEY)
    key.chmod(0o600)
    (home / "roster.csv").write_text(
        "member_id,first_name,last_name,birth_date,postal_code,email\nM-1,Ana,Lee,1980-01-04,02116,ana@example.com\nM-2,Bo,Lee,1981-01-04,02116,\n"
    )
    config = home / "plan.yaml"
    config.write_text(
        f"listen: 127.0.0.1:{port}\npublicAddress: http://localhost:{port}\ndataDirectory: {home}/data\nportal: open\nplans:\n"
        f"  - id: new\n    name: New Plan\n    environment: sandbox\n    receive:\n      linkKeyFile: link.key\n"
    )
    done = subprocess.run(
        [program(), "members", "import", "--config", str(config), "--plan", "new", str(home / "roster.csv")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with open(home / "log", "wb") as log:
        process = subprocess.Popen([program(), "serve", "--config", str(config)], stdout=log, stderr=log)
    root = f"http://localhost:{port}/new/record"

    def answers():
        try:
            return requests.get(root, timeout=2).status_code == 200
        except requests.RequestException:
            return False

    patiently(answers, "the plan's server")
    yield root, home / "data/payerbridge.sqlite"
    process.terminate()
    process.wait(60)


def link(root, key=KEY, **more):
    now = int(time.time())
    claims = {"sub": "M-1", "aud": root + "/enter", "iat": now, "exp": now + 120, "jti": uuid.uuid4().hex} | more
    encode = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=")
    signed = encode(b'{"alg":"HS256","typ":"JWT"}') + b"." + encode(json.dumps(claims).encode())
    return root + "/enter?token=" + (signed + b"." + encode(hmac.new(key, signed, hashlib.sha256).digest())).decode()


def test_a_signed_link_lets_its_member_in_once(plan):
    root, _ = plan
    address = link(root)
    session = requests.Session()
    page = session.get(address, timeout=60)
    assert page.status_code == 200 and "Hello, Ana" in page.text and page.url == root
    assert "Hello, Ana" in session.get(root, timeout=60).text
    again = requests.get(address, timeout=60)
    assert again.status_code == 403 and "does not work any more" in again.text and not requests.get(root, timeout=60).text.count("Hello, Ana")


@pytest.mark.parametrize("more", [dict(sub="M-9"), dict(aud="https://else.example"), dict(exp=int(time.time()) - 60), dict(key=b"x" * 40), dict(jti="")])
def test_another_link_lets_nobody_in(plan, more):
    root, _ = plan
    assert requests.get(link(root, **more), timeout=60).status_code == 403


def codes(store):
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as database:
        return database.execute("SELECT recipient, text FROM outbox ORDER BY number").fetchall()


def test_a_code_at_the_address_on_the_roster_lets_its_member_in(plan):
    root, store = plan
    walk = Walk(root)
    assert "Who are you today" not in walk.page.text
    walk.submit("/sign-in", member_id="m 1", birth_date="01/04/1980")
    recipient, text = codes(store)[-1]
    assert recipient == "ana@example.com"
    right = code_in(text)
    walk.submit("/code", code="000000" if right != "000000" else "000001")
    assert walk.page.status == 422 and "not right" in walk.page.text
    walk.submit("/code", code=right)
    assert "Hello, Ana" in walk.page.text
    walk.submit("/sign-out")
    assert "Hello" not in walk.page.text and "Hello" not in walk.go("GET", root).text


@pytest.mark.parametrize("member, birth", [("M-1", "01/05/1980"), ("M-2", "01/04/1981"), ("nobody", "01/04/1980")])
def test_whoever_is_not_known_sees_the_same_page_and_no_mail_is_sent(plan, member, birth):
    root, store = plan
    before = len(codes(store))
    walk = Walk(root)
    walk.submit("/sign-in", member_id=member, birth_date=birth)
    assert walk.page.status == 200 and "If these details are right" in walk.page.text
    assert len(codes(store)) == before
    for _ in range(5):
        if not any(form.action.endswith("/code") for form in walk.page.forms):
            break
        walk.submit("/code", code="123456")
    assert "does not work any more" in walk.page.text
