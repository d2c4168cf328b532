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
    with socket.create_connection(("localhost", sandbox.port), timeout=20) as connection:
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
