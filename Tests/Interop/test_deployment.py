"""The files that put a server onto a machine, checked by the programs that read them; nginx once for real."""

import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess

import pytest
import requests
import trustme

from mailbox import SandboxMailbox, patiently
from oauth import Member, bearer
from sandbox import ROOT, free_port

PAGE = (ROOT / "Documentation/deployment.md").read_text()
UNIT = ROOT / "Deployment/payerbridge.service"


def block(language):
    return re.search(rf"```{language}\n(.*?)```", PAGE, re.S).group(1)


def needs(program):
    return pytest.mark.skipif(not shutil.which(program), reason=f"{program} is not installed")


@needs("systemd-analyze")
def test_systemd_takes_the_unit(tmp_path):
    unit = tmp_path / "payerbridge.service"
    unit.write_text(UNIT.read_text().replace("/usr/local/bin/payerbridge", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True)
    told = [line for line in done.stderr.splitlines() if "payerbridge" in line]
    assert done.returncode == 0 and not told, done.stderr


@needs("systemd-analyze")
def test_the_unit_is_as_closed_as_the_page_says():
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=15", str(UNIT)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    level = re.search(r"exposure level for payerbridge.service: (\S+)", done.stdout).group(1)
    assert f"rates it {level}" in PAGE


def test_the_unit_gives_draining_its_time():
    assert int(re.search(r"TimeoutStopSec=(\d+)", UNIT.read_text()).group(1)) >= 60 + 1 + 10


def test_the_container_has_what_the_program_is_linked_with():
    from sandbox import program

    packages = (ROOT / "Deployment/Containerfile").read_text().split("bookworm-slim", 1)[1]
    libraries = subprocess.run(["ldd", program()], capture_output=True, text=True, check=True).stdout
    for name in re.findall(r"(lib(?:simdjson|sqlite3|curl|zstd|z|cmark-gfm|cmark-gfm-extensions|pq)\.so\S*) => (\S+)", libraries):
        place = str(pathlib.Path(name[1]).resolve())
        owner = subprocess.run(f"dpkg -S {place} || dpkg -S {name[1]} || dpkg -S /usr{place}", shell=True, capture_output=True, text=True).stdout
        package = owner.split(":")[0]
        assert package and package in packages, (name, owner)


def certificate(folder):
    authority = trustme.CA()
    leaf = authority.issue_cert("127.0.0.1", "p2p.example.com", "auth.example.com", "api.example.com")
    (folder / "fullchain.pem").write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    leaf.private_key_pem.write_to_path(folder / "privkey.pem")
    authority.cert_pem.write_to_path(folder / "ca.pem")


def nginx(folder, port, behind, names="p2p.example.com auth.example.com api.example.com"):
    """The page's configuration, with this test's folders, ports and names."""
    certificate(folder)
    text = block("nginx").replace("/etc/payerbridge/", f"{folder}/").replace("/var/log/nginx/", f"{folder}/")
    text = text.replace("listen 443", f"listen 127.0.0.1:{port}").replace("127.0.0.1:8080", f"127.0.0.1:{behind}")
    text = text.replace("p2p.example.com auth.example.com api.example.com", names)
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\nclient_body_temp_path {folder}/body;\n"
        f"proxy_temp_path {folder}/proxy;\nfastcgi_temp_path {folder}/f;\nuwsgi_temp_path {folder}/u;\nscgi_temp_path {folder}/s;\n{text}}}\n")
    return config


@needs("nginx")
def test_nginx_takes_the_page(tmp_path):
    done = subprocess.run(["nginx", "-t", "-c", str(nginx(tmp_path, free_port(), 8080))], capture_output=True, text=True)
    assert done.returncode == 0 and "warn" not in done.stderr, done.stderr


@needs("caddy")
def test_caddy_takes_the_page(tmp_path):
    (tmp_path / "Caddyfile").write_text(block("caddyfile"))
    done = subprocess.run(["caddy", "validate", "--config", str(tmp_path / "Caddyfile"), "--adapter", "caddyfile"], capture_output=True, text=True,
                          env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]})
    assert done.returncode == 0 and "Valid configuration" in done.stdout + done.stderr, done.stderr


@needs("nginx")
def test_a_member_and_an_app_come_through_nginx(sandbox, tmp_path):
    """The sandbox behind the documented proxy: a walk's token reads a record by https, in small and in large, and the log has no query."""
    port = free_port()
    tmp_path.chmod(0o755)
    process = subprocess.Popen(["nginx", "-c", str(nginx(tmp_path, port, sandbox.port, "localhost"))])
    try:
        patiently(lambda: listens(port), "nginx")
        token = Member(sandbox, SandboxMailbox(sandbox)).tokens(sandbox.members[0])

        def get(path, **more):
            # The sandbox answers to any loopback name; nginx passes on the one it was asked for.
            return requests.get(f"https://127.0.0.1:{port}/demo/r4/{path}", verify=str(tmp_path / "ca.pem"), timeout=120, headers={**bearer(token["access_token"]), **more})

        read = get(f"Patient/{token['patient']}")
        assert read.status_code == 200 and read.headers["strict-transport-security"] == "max-age=31536000"
        direct = requests.get(f"{sandbox.fhir}/Patient/{token['patient']}/$everything", headers=bearer(token["access_token"]), timeout=120)
        assert get(f"Patient/{token['patient']}/$everything").json()["total"] == direct.json()["total"]
        assert [get("Observation?_count=1&code=http://loinc.org|29463-7").status_code for _ in range(20)] == [200] * 20
        log = (tmp_path / "payerbridge.log").read_text()
        assert log.count("/demo/r4/Observation") == 20 and "29463-7" not in log and "_count" not in log
        assert requests.get(f"https://127.0.0.1:{port}/demo/r4/metadata", verify=str(tmp_path / "ca.pem"), headers={"X-Filler": "x" * 9000}, timeout=120).status_code == 200
    finally:
        process.terminate()
        process.wait(60)


def listens(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as wire, ssl._create_unverified_context().wrap_socket(wire):
            return True
    except OSError:
        return False
