# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints alone, served by threads: for programs without a server of their own. HTTP/1.1 by http.server."""
from __future__ import annotations

import contextlib
import http.server
import os
import socket
import socketserver
import stat
import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Optional, Set

from .access import AccessError, caller_of, is_loopback
from .endpoints import LONGEST_BODY, Request, Response, as_error
from .restart import take_inherited

if TYPE_CHECKING:
    from .service import Service

MOST_CONNECTIONS = 64
IDLE_TIMEOUT = 30.0  # seconds a connection may wait for its next request, and a client take for one


class Listener:
    """Serves from its construction until close(). `address` is what a client uses, with the port that was taken."""

    def __init__(self, service: Service, address: str) -> None:
        self._path: Optional[str] = None
        self.wanted = address
        if address.startswith("unix:"):
            self._path = os.path.abspath(address[5:])
            self.socket = take_inherited(address) or bind_path(self._path)
            self.address = "unix:" + self._path
        else:
            self.socket = _bind_port(service, address)
            self.address = f"{address.rpartition(':')[0]}:{self.socket.getsockname()[1]}"
        self._server = _Server(service, self.socket)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.5},
                                        name="hephaestus-http", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Takes no connection any more, and removes a socket's path. A second call does nothing."""
        path, self._path = self._path, None
        if path is not None:
            with contextlib.suppress(OSError):
                os.unlink(path)
        self._server.close_listening()


def bind_path(path: str) -> socket.socket:
    if len(os.fsencode(path)) > 107:
        raise AccessError(f"{path}: longer than the 107 bytes a Unix-domain socket's path can have")
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if os.path.exists(path) and stat.S_ISSOCK(os.stat(path).st_mode):
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
                if asking.connect_ex(path) != 0:  # left over by a process that was killed
                    os.unlink(path)
        before = os.umask(0o177)
        try:
            listening.bind(path)
        finally:
            os.umask(before)
        listening.listen(128)
    except BaseException:
        listening.close()
        raise
    return listening


def _bind_port(service: Service, address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    name = host.strip("[]")
    if not port.isdigit() or int(port) > 65535 or not name:
        raise AccessError(f"{address}: expected HOST:PORT or unix:PATH")
    if not is_loopback(name) and not service.access.insecure:
        if service.access.token is None:
            raise AccessError(f"{address}: is reachable from other machines and needs a token_file (or insecure=True)")
        raise AccessError(f"{address}: is reachable from other machines and needs TLS: put a proxy in front (or insecure=True)")
    family = socket.AF_INET6 if ":" in name else socket.AF_INET
    return take_inherited(address) or socket.create_server((name, int(port)), family=family, backlog=128)


class _Server(socketserver.ThreadingMixIn, socketserver.BaseServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, service: Service, listening: socket.socket) -> None:
        super().__init__(listening.getsockname(), _Handler)
        self.service = service
        self.open: Set[socket.socket] = set()
        self._listening = listening
        self._is_closed = False

    def fileno(self) -> int:
        return self._listening.fileno()

    def get_request(self) -> Any:
        connection, peer = self._listening.accept()
        connection.settimeout(IDLE_TIMEOUT)
        if connection.family != socket.AF_UNIX:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.open.add(connection)
        return connection, peer

    def verify_request(self, request: Any, client_address: Any) -> bool:
        return len(self.open) <= MOST_CONNECTIONS

    def shutdown_request(self, request: Any) -> None:
        self.open.discard(request)
        with contextlib.suppress(OSError):
            request.shutdown(socket.SHUT_WR)
        request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away, or was too slow."""

    def close_listening(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            threading.Thread(target=self.shutdown, daemon=True).start()
            self._listening.close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _answer(self) -> None:
        service = self.server.service
        fields = [(name.lower(), value) for name, value in self.headers.items()]
        lengths = [value for name, value in fields if name == "content-length"]
        if any(name == "transfer-encoding" for name, _ in fields) or len(set(lengths)) > 1 \
                or not all(each.isascii() and each.isdigit() for each in lengths):
            self._send(as_error(400, "bad_framing", "expected a body with one Content-Length", close=True))
            return
        length = int(lengths[0]) if lengths else 0
        if length > LONGEST_BODY:
            self._send(as_error(413, "body_too_large", f"a body of at most {LONGEST_BODY} bytes is read", close=True))
            return
        if self.request_version != "HTTP/1.0" and not any(name == "host" for name, _ in fields):
            self._send(as_error(400, "missing_host", "this needs a Host field", close=True))
            return
        body = self.rfile.read(length) if length else b""
        path, _, query = self.path.partition("?")
        service.last_answers.begin()
        try:
            answer = service.endpoints.answer(Request(self.command, path, query, fields, body, caller_of(self.connection)))
            self._send(answer.result() if isinstance(answer, Future) else answer)
        finally:
            service.last_answers.end()

    do_GET = do_HEAD = do_POST = do_DELETE = do_PUT = do_PATCH = do_OPTIONS = _answer

    def _send(self, response: Response) -> None:
        if response.close:
            self.close_connection = True
        head = f"HTTP/1.1 {response.status} {self.responses.get(response.status, ('', ''))[0]}\r\n" \
            + f"Date: {self.date_time_string(int(time.time()))}\r\n" \
            + "".join(f"{name.title()}: {value}\r\n" for name, value in response.all_fields())
        if self.close_connection and not response.close:
            head += "Connection: close\r\n"
        self.wfile.write(head.encode("latin-1", "replace") + b"\r\n" + (b"" if self.command == "HEAD" else response.body))
        self.wfile.flush()

    def send_error(self, code: int, message: Optional[str] = None, explain: Optional[str] = None) -> None:
        """What http.server refuses itself: a request line that is none, a method it does not know."""
        self.close_connection = True
        self._send(as_error(code, "method_not_allowed" if code == 501 else "bad_request", message or "that is no request", close=True))

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002: http.server's name
        """Health reads are not logged."""
