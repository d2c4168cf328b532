"""A running sandbox: the program, its data directory, and what `sandbox.json` says about it."""

import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import time
import uuid

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]


def program():
    """The program under test, from PAYERBRIDGE_PROGRAM or the debug build."""
    return os.environ.get("PAYERBRIDGE_PROGRAM") or str(ROOT / ".build/debug/payerbridge")


# Below the ports that the kernel lends to connections, and each only once in a run: a port that was free when it was asked for still is when a server comes to it.
PORTS = iter(random.sample(range(15000, 32000), 17000))


def free_port():
    for port in PORTS:
        with socket.socket() as listener:
            # As servers do, else a port on which one has just ended would not do.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass
    raise RuntimeError("no port is left between 15000 and 32000")


def make_database(name):
    """A new, empty database on the PostgreSQL server that `bin/test` has started; its address."""
    base = os.environ["PAYERBRIDGE_TEST_POSTGRES"]
    subprocess.run(["psql", "-qX", base + "postgres", "-c", f"CREATE DATABASE {name}"], check=True, capture_output=True, text=True, timeout=300)
    return base + name


def database_options(data):
    """With PAYERBRIDGE_TEST_STORE=postgres every sandbox keeps its store on PostgreSQL; one that began before goes on as it was."""
    if os.environ.get("PAYERBRIDGE_TEST_STORE") != "postgres" or data.exists():
        return []
    return ["--database", make_database(f"sandbox_{uuid.uuid4().hex}")]


class App:
    """A client the sandbox made ready."""

    def __init__(self, entry):
        self.client_id = entry["clientId"]
        self.secret = entry["clientSecret"]
        self.redirect_uris = entry["redirectUris"]

    @property
    def credentials(self):
        return {"client_id": self.client_id, "client_secret": self.secret}

    def redirect_on(self, prefix):
        """The first registered address that begins with `prefix`, else None."""
        return next((uri for uri in self.redirect_uris if uri.startswith(prefix)), None)


class Sandbox:
    """Started in the constructor, ready when it returns."""

    def __init__(self, data, *options, environment=None, members=3, patience=180, prefix=(), port=None):
        self.data = pathlib.Path(data)
        self.port = port or free_port()
        self.log = self.data.parent / f"{self.data.name}.{self.port}.log"
        ready = self.data / "sandbox.json"
        ready.unlink(missing_ok=True)
        options = [*options, *database_options(self.data)]
        command = [*prefix, program(), "sandbox", "--data", str(self.data), "--port", str(self.port), "--members", str(members), *options]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **(environment or {})}, start_new_session=True,
            )
        try:
            self._wait(ready, patience)
            self.about = json.loads(ready.read_text())
        except BaseException:
            self.stop()
            raise
        self.portal = self.about["portal"].rstrip("/")
        self.plans = self.about["plans"]
        self.plan = self.plans[0]
        self.apps = [App(entry) for entry in self.about["apps"]]
        self.app = self.apps[0]
        self.members = self.about["testMembers"]

    def _wait(self, ready, patience):
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"the sandbox ended with {self.process.returncode}:\n{self.words()[-3000:]}")
            if ready.exists() and self._answers():
                return
            time.sleep(0.05)
        raise RuntimeError(f"the sandbox was not ready in {patience} s:\n{self.words()[-3000:]}")

    def _answers(self):
        try:
            return requests.get(f"http://localhost:{self.port}/healthz", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def words(self):
        """What the program has printed and logged so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def stop(self, how=signal.SIGTERM):
        """Ends the program; returns its exit status."""
        if self.process.poll() is None:
            # The whole session: what runs the program under another clock leaves it behind otherwise.
            group = os.getpgid(self.process.pid)
            os.killpg(group, how)
            try:
                self.process.wait(60)
                self._wait_for_group(group, 60)
            except subprocess.TimeoutExpired:
                os.killpg(group, signal.SIGKILL)
                self.process.wait()
        return self.process.returncode

    def _wait_for_group(self, group, patience):
        end = time.monotonic() + patience
        while time.monotonic() < end:
            try:
                os.killpg(group, 0)
            except ProcessLookupError:
                return
            time.sleep(0.02)
        raise subprocess.TimeoutExpired("the program", patience)

    def add_app(self, name, redirect_uri, *options):
        """Registers a further app with the program's own command, while the server runs."""
        command = [program(), "apps", "add", "--data", str(self.data), "--name", name, "--redirect-uris", redirect_uri, *options]
        words = dict(line.split()[:2] for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines() if line)
        return App({"clientId": words["client_id"], "clientSecret": words.get("client_secret", ""), "redirectUris": [redirect_uri]})

    @property
    def issuer(self):
        return self.plan["token"].removesuffix("/token")

    @property
    def fhir(self):
        return self.plan["fhir"].rstrip("/")

    def member(self, member_id):
        return next(member for member in self.members if member["memberId"] == member_id)
