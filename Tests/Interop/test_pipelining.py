"""Several requests sent at once over one connection, some answered before the router and some by it: each gets its own answer, in order."""

import http.client
import io
import itertools
import socket
import time

import pytest


class Answers:
    """Reads one answer after another from a connection."""

    def __init__(self, connection):
        self.file = connection.makefile("rb")

    def next(self, method="GET"):
        class Once:
            def __init__(self, file):
                self.file = file

            def makefile(self, mode):
                return self.file

        # http.client closes what it has read to the end; the connection goes on.
        self.file.close, close = lambda: None, self.file.close
        answer = http.client.HTTPResponse(Once(self.file), method=method)
        answer.begin()
        body = answer.read()
        self.file.close = close
        return answer, body


def head(sandbox, granted, path, *more, method="GET"):
    lines = [f"{method} {path} HTTP/1.1", f"Host: localhost:{sandbox.port}", f"Authorization: Bearer {granted['access_token']}", *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@pytest.fixture
def connection(sandbox):
    with socket.create_connection(("localhost", sandbox.port), timeout=120) as connection:
        yield connection


def test_answers_come_in_the_order_of_the_requests_whichever_way_they_take(sandbox, granted, connection):
    patient = granted["patient"]
    read, search = f"/demo/r4/Patient/{patient}", "/demo/r4/Observation?_count=3"
    post = head(sandbox, granted, "/demo/r4/Observation/_search", "Content-Type: application/x-www-form-urlencoded", "Content-Length: 8", method="POST") + b"_count=2"
    kinds = [
        (head(sandbox, granted, read), "GET", "Patient"), (head(sandbox, granted, read, "Accept-Encoding: gzip"), "GET", None),
        (head(sandbox, granted, search), "GET", "Bundle"), (head(sandbox, granted, "/demo/r4/metadata"), "GET", "CapabilityStatement"),
        (post, "POST", "Bundle"), (head(sandbox, granted, read, method="HEAD"), "HEAD", ""), (head(sandbox, granted, "/demo/r4/Coverage"), "GET", "OperationOutcome"),
        (head(sandbox, granted, f"{read}/$everything?_count=5"), "GET", "Bundle"), (head(sandbox, granted, "/demo/r4/Nothing"), "GET", "OperationOutcome"),
    ]
    orders = list(itertools.islice(itertools.permutations(kinds, 4), 0, 3024, 97))
    sent = [kind for order in orders for kind in order]
    answers = Answers(connection)
    for start in range(0, len(sent), 12):
        batch = sent[start:start + 12]
        connection.sendall(b"".join(kind[0] for kind in batch))
        for _, method, expected in batch:
            answer, body = answers.next(method)
            assert answer.status in (200, 403, 404)
            if method == "HEAD":
                assert body == b"" and int(answer.getheader("Content-Length")) > 0
            elif expected is None:
                assert answer.getheader("Content-Encoding") == "gzip" and body[:2] == b"\x1f\x8b"
            else:
                assert body.startswith(b'{"resourceType":"' + expected.encode() + b'"'), body[:80]


def test_a_request_may_arrive_in_pieces(sandbox, granted, connection):
    whole = head(sandbox, granted, f"/demo/r4/Patient/{granted['patient']}") * 2
    answers = Answers(connection)
    for at in range(0, len(whole), 23):
        connection.sendall(whole[at:at + 23])
        time.sleep(0.002)
    for _ in range(2):
        answer, body = answers.next()
        assert answer.status == 200 and body.startswith(b'{"resourceType":"Patient"')


@pytest.mark.parametrize("close", ["Connection: close", "Connection: Close"])
def test_the_connection_is_closed_after_the_answer_when_asked(sandbox, granted, connection, close):
    connection.sendall(head(sandbox, granted, f"/demo/r4/Patient/{granted['patient']}", close))
    received = io.BytesIO()
    while chunk := connection.recv(65536):
        received.write(chunk)
    assert received.getvalue().startswith(b"HTTP/1.1 200") and received.getvalue().endswith(b"}")


def test_a_body_that_belongs_to_no_get_does_not_become_the_next_request(sandbox, granted, connection):
    inner = head(sandbox, granted, "/demo/r4/metadata")
    connection.sendall(head(sandbox, granted, f"/demo/r4/Patient/{granted['patient']}", f"Content-Length: {len(inner)}") + inner)
    answer, body = Answers(connection).next()
    assert body.startswith(b'{"resourceType":"Patient"')
    connection.settimeout(1)
    with pytest.raises(TimeoutError):
        connection.recv(1)


@pytest.mark.parametrize("after", [b"GET /demo/r4/metadata HTTP/1.1\r\nHost: x\r\n\r\n", b"\x00\x01 no request\r\n\r\n"])
@pytest.mark.parametrize("way", ["", "Accept-Encoding: gzip"])
def test_what_comes_after_a_close_does_not_overtake_the_answer(sandbox, granted, after, way):
    lines = ["Connection: close"] + ([way] if way else [])
    for path in (f"/demo/r4/Patient/{granted['patient']}", f"/demo/r4/Patient/{granted['patient']}/$everything"):
        for _ in range(5):
            with socket.create_connection(("localhost", sandbox.port), timeout=120) as connection:
                connection.sendall(head(sandbox, granted, path, *lines) + after)
                received = b""
                while chunk := connection.recv(65536):
                    received += chunk
            assert received.startswith(b"HTTP/1.1 200"), received[:200]
            assert b"HTTP/1.1 4" not in received


def test_bytes_that_are_no_request_are_refused_after_the_answers_before_them(sandbox, granted):
    for _ in range(5):
        with socket.create_connection(("localhost", sandbox.port), timeout=120) as connection:
            connection.sendall(head(sandbox, granted, f"/demo/r4/Patient/{granted['patient']}") + b"\x00\x01 no request\r\n\r\n")
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
        first, _, rest = received.partition(b"HTTP/1.1 400")
        assert first.startswith(b"HTTP/1.1 200") and first.endswith(b"}") and rest, received[:200]


def test_a_large_answer_is_whole_before_the_connection_closes(sandbox, granted, connection):
    path = f"/demo/r4/Patient/{granted['patient']}/$everything?_count=1000"
    connection.sendall(head(sandbox, granted, path, "Connection: close"))
    time.sleep(0.5)
    answer, body = Answers(connection).next()
    assert answer.status == 200 and len(body) == int(answer.getheader("Content-Length")) > 300_000


def memory(sandbox):
    with open(f"/proc/{sandbox.process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def test_a_client_that_asks_and_never_reads_does_not_fill_the_memory(sandbox, granted):
    one = head(sandbox, granted, f"/demo/r4/Patient/{granted['patient']}/$everything?_count=1000")
    with socket.create_connection(("localhost", sandbox.port), timeout=120) as connection:
        connection.sendall(one)
        Answers(connection).next()
        before = memory(sandbox)
        connection.settimeout(1)
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 20_000:
                connection.sendall(one * 50)
                sent += 50
        time.sleep(0.5)
        assert memory(sandbox) - before < 40_000, f"{sent} asked"


def test_answers_go_on_when_a_slow_client_reads_again(sandbox, granted, connection):
    path = f"/demo/r4/Patient/{granted['patient']}/$everything?_count=1000"
    number = 60
    connection.sendall(head(sandbox, granted, path) * number)
    time.sleep(0.5)
    answers = Answers(connection)
    lengths = set()
    for _ in range(number):
        answer, body = answers.next()
        assert answer.status == 200
        lengths.add(len(body))
    assert len(lengths) == 1


@pytest.mark.parametrize("more", [(), ("Accept-Encoding: gzip",)], ids=["answered by the lane", "by the router"])
def test_a_client_that_has_said_all_gets_its_answers(sandbox, granted, connection, more):
    request = head(sandbox, granted, "/demo/r4/Observation?_count=3", *more)
    connection.sendall(request * 3)
    connection.shutdown(socket.SHUT_WR)
    answers = Answers(connection)
    for _ in range(3):
        answer, body = answers.next()
        assert answer.status == 200 and body
    assert connection.recv(1) == b""


@pytest.mark.parametrize("more", [(), ("Accept-Encoding: gzip",)], ids=["answered by the lane", "by the router"])
@pytest.mark.parametrize("pause", [0, 0.002])
def test_a_refused_head_is_answered_after_what_came_before(sandbox, granted, connection, more, pause):
    request = head(sandbox, granted, "/demo/r4/Observation?_count=3", *more)
    connection.sendall(request * 2)
    time.sleep(pause)
    connection.sendall(b"GET /demo/r4/metadata HTTP/1.1\r\n\r\n" + request)
    answers = Answers(connection)
    assert [answers.next()[0].status for _ in range(3)] == [200, 200, 400]
    assert connection.recv(1) == b""
