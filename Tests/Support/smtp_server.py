#!/usr/bin/env python3
"""An SMTP server for tests and for trying things out: it keeps what it accepts as JSON files and misbehaves on request.

Needs aiosmtpd (PyPI). Prints "listening PORT" on stdout when it takes connections; stops on SIGTERM or SIGINT, and when its
standard input closes if --exit-with-stdin is given.

Every accepted message becomes DIR/NNNNNN.json, written whole (a half-written file never has that name):
  to          the first envelope recipient          recipients  all of them
  from        the envelope sender                   subject     decoded
  text        the decoded text/plain body, LF ends  headers     [[name, decoded value], ...] in their order
  at          seconds since 1970                    raw         the message as received, dots unstuffed, CRLF ends
  tls         was the connection encrypted          login       the authenticated user name, or null
  helo        the name said in EHLO
"""

import argparse
import asyncio
import email
import email.policy
import json
import logging
import os
import signal
import ssl
import sys
import time
import warnings

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

REPLIES = {
    421: "421 4.3.2 closing down",
    450: "450 4.2.1 mailbox busy",
    451: "451 4.7.1 try again later",
    452: "452 4.2.2 mailbox full",
    530: "530 5.7.0 authentication required",
    550: "550 5.1.1 no such mailbox",
    552: "552 5.2.2 mailbox full",
    554: "554 5.7.1 refused",
}


class Box:
    """Decides about each message and keeps the accepted ones."""

    def __init__(self, options):
        self.options = options
        self.left = options.times
        self.stalled = 0
        os.makedirs(options.dir, exist_ok=True)
        numbers = [int(name[:-5]) for name in os.listdir(options.dir) if name.endswith(".json") and name[:-5].isdigit()]
        self.count = max(numbers, default=0)

    def misbehaves(self, at):
        """Whether the next fault is due here; each one is counted against --times."""
        if at != self.options.at or self.left == 0:
            return False
        self.left -= 1
        return True

    async def fault(self, at):
        """Stalls when told to, and gives the refusal to answer with, if any."""
        file = self.options.stall_until
        if not (self.options.fail or self.options.stall or file) or not self.misbehaves(at):
            return None
        if self.options.stall:
            await asyncio.sleep(self.options.stall)
        if file:
            self.stalled += 1
            with open(f"{file}.{self.stalled}", "w"):
                pass
            while not os.path.exists(file):
                await asyncio.sleep(0.01)
        if self.options.fail:
            return REPLIES.get(self.options.fail, f"{self.options.fail} refused")
        return None

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        refusal = await self.fault("mail")
        if refusal:
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        refusal = await self.fault("rcpt")
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        refusal = await self.fault("data")
        if refusal:
            return refusal
        self.keep(server, session, envelope)
        if self.options.drop_after_data and self.left != 0:
            self.left -= 1
            server.transport.abort()
        return "250 2.0.0 OK"

    def keep(self, server, session, envelope):
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        body = message.get_body(preferencelist=("plain",))
        record = {
            "to": envelope.rcpt_tos[0],
            "recipients": envelope.rcpt_tos,
            "from": envelope.mail_from,
            "subject": str(message["Subject"] or ""),
            "text": body.get_content().replace("\r\n", "\n") if body else "",
            "headers": [[name, str(value)] for name, value in message.items()],
            "at": time.time(),
            "tls": server.transport is not None and server.transport.get_extra_info("ssl_object") is not None,
            "login": session.auth_data.login.decode() if session.authenticated else None,
            "helo": session.host_name,
            "raw": envelope.original_content.decode("utf-8", "surrogateescape"),
        }
        self.count += 1
        target = os.path.join(self.options.dir, f"{self.count:06d}.json")
        with open(target + ".part", "w", encoding="utf-8", errors="backslashreplace") as file:
            json.dump(record, file, ensure_ascii=False, indent=1)
        os.replace(target + ".part", target)


class Server(SMTP):
    """aiosmtpd's server, which can also stall or refuse before its greeting."""

    def __init__(self, box, **settings):
        super().__init__(box, hostname="localhost", ident="test", **settings)
        self.box = box

    async def _handle_client(self):
        refusal = await self.box.fault("connect")
        if refusal:
            await self.push(refusal)
            self.transport.close()
            return
        await super()._handle_client()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--dir", required=True, help="where accepted messages go")
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"), help="PEM files; STARTTLS is offered")
    parser.add_argument("--starttls-required", action="store_true", help="no mail is taken before STARTTLS")
    parser.add_argument("--implicit-tls", action="store_true", help="TLS from the first byte instead of STARTTLS")
    parser.add_argument("--auth", metavar="USER:PASSWORD", help="mail is taken only after this login")
    parser.add_argument("--fail", type=int, metavar="CODE", help="refuse with this code, e.g. 451 or 550")
    parser.add_argument("--stall", type=float, metavar="SECONDS", help="wait before answering")
    parser.add_argument("--stall-until", metavar="FILE", help="wait until there is such a file; FILE.N is made when the Nth begins to wait")
    parser.add_argument("--at", choices=["connect", "mail", "rcpt", "data"], default=None, help="where --fail (rcpt) or a stall (data) happens")
    parser.add_argument("--drop-after-data", action="store_true", help="keep the message, then cut the connection without an answer")
    parser.add_argument("--times", type=int, default=-1, metavar="N", help="misbehave N times, then behave (default: always)")
    parser.add_argument("--exit-with-stdin", action="store_true", help="stop when standard input closes")
    options = parser.parse_args()
    if (options.starttls_required or options.implicit_tls) and not options.tls:
        parser.error("--starttls-required and --implicit-tls need --tls")
    if options.auth and ":" not in options.auth:
        parser.error("--auth is USER:PASSWORD")
    if options.at is None:
        options.at = "rcpt" if options.fail else "data"
    return options


async def serve(options):
    box = Box(options)
    context = None
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*options.tls)
    settings = {}
    if context and not options.implicit_tls:
        settings = {"tls_context": context, "require_starttls": options.starttls_required}
    if options.auth:
        user, _, password = options.auth.partition(":")
        expected = LoginPassword(user.encode(), password.encode())

        def authenticate(server, session, envelope, mechanism, data):
            good = isinstance(data, LoginPassword) and data == expected
            return AuthResult(success=good, handled=good, auth_data=data if good else None)

        # aiosmtpd does not count TLS from the first byte as TLS, and tests may want a login without any.
        settings |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": "tls_context" in settings}

    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    # A program that starts this from a worker thread may hand down a mask that holds back every signal.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if options.exit_with_stdin:

        def on_input():
            if not os.read(sys.stdin.fileno(), 4096):
                loop.remove_reader(sys.stdin.fileno())
                stopped.set()

        loop.add_reader(sys.stdin.fileno(), on_input)

    server = await loop.create_server(
        lambda: Server(box, loop=loop, **settings), options.host, options.port, ssl=context if options.implicit_tls else None
    )
    print(f"listening {server.sockets[0].getsockname()[1]}", flush=True)
    await stopped.wait()
    server.close()


if __name__ == "__main__":
    # What goes wrong here goes wrong on purpose; a traceback per refused handshake would only hide the tests' own output.
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    asyncio.run(serve(arguments()))
