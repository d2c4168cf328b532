"""`payerbridge serve` with one plan and whatever else its configuration says; started in the constructor, ready when it returns."""

import pathlib
import signal
import subprocess
import time

import requests

from sandbox import free_port, program


class Server:
    """`more` is added to the configuration; `{folder}` in it is the server's own. The admin port answers when it returns."""

    def __init__(self, folder, more="", public="https://p2p.example", plan="", patience=180):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port, self.admin_port = free_port(), free_port()
        self.config = self.folder / "payerbridge.yaml"
        self.config.write_text(
            f"listen: 127.0.0.1:{self.port}\npublicAddress: {public}\ndataDirectory: data\nadmin:\n  address: 127.0.0.1:{self.admin_port}\n"
            f"{more}plans:\n  - id: one\n    name: One Health Plan\n{plan}"
        )
        self.log = self.folder / "serve.log"
        self.start(patience)

    def start(self, patience=180):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([program(), "serve", "--config", str(self.config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.words()}")
            try:
                if "payerbridge serves" in self.words() and self.admin("readyz").status_code == 200:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.05)
        self.process.kill()
        raise RuntimeError(f"the server was not ready in {patience} s:\n{self.words()}")

    def words(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def admin(self, path):
        return requests.get(f"http://127.0.0.1:{self.admin_port}/{path}", timeout=120)

    def send(self, number):
        self.process.send_signal(number)

    def stop(self, how=signal.SIGTERM, patience=30):
        """Ends it; returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode
