# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints alone, served by threads: for programs without a server of their own. HTTP/1.1, read strictly."""
from __future__ import annotations

import contextlib
import errno
import http
import os
import selectors
import socket
import socketserver
import stat
import threading
import time
from concurrent.futures import Future
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Dict, Optional, Set

from .access import AccessError, caller_of, is_loopback
from .endpoints import LONGEST_BODY, Request, Response, as_error
from .requesthead import LONGEST_HEAD, BadRequest, RequestHead, parse
from .restart import take_inherited

if TYPE_CHECKING:
    from .service import Service

MOST_CONNECTIONS = 128
BACKLOG = 1024
IDLE_TIMEOUT = 30.0  # seconds a connection may wait for its next request
HEAD_TIMEOUT = 5.0  # seconds a client may take for a head that it has begun, and its body
WRITE_TIMEOUT = 10.0
LINGER = 1.0
TURN = 0.001
OUT_OF_FILES = 0.05


class _Gone(Exception):
    """The client has left, or takes too long."""


class Listener:
    """Serves from start() until close(); whoever connects before waits. `address` is what a client uses, with the port that was taken.
    `counts`: its connections are among those of the service."""

    def __init__(self, service: Service, address: str, counts: bool = True) -> None:
        self._path: Optional[str] = None
        if address.startswith("unix:"):
            self._path = os.path.abspath(address[5:])
            self.socket = take_inherited(address) or bind_path(self._path)
            self.address = "unix:" + self._path
        else:
            self.socket = _bind_port(service, address)
            self.address = f"{address.rpartition(':')[0]}:{self.socket.getsockname()[1]}"
        self._server = _Server(service, self.socket)
        server = self._server
        service.connections.counted_by(lambda: len(server.open) if counts else 0, lambda: len(server.silent),
                                       self._path or self.address.rpartition(":")[2])
        self._woken, self._waker = socket.socketpair()
        self._thread = threading.Thread(target=self._accept, name="hephaestus-http", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while self._woken not in {key.fileobj for key, _ in selector.select()}:
                self._server.handle_request()

    def stop_accepting(self) -> None:
        """Whoever connects from now on waits, until close() or for the process that gets the socket. A second call does nothing."""
        if self._thread.ident is not None and threading.current_thread() is not self._thread:
            self._waker.sendall(b".")
            self._thread.join()

    def close(self) -> None:
        """Takes no connection any more, and removes a socket's path. A second call does nothing."""
        path, self._path = self._path, None
        if path is not None:
            with contextlib.suppress(OSError):
                os.unlink(path)
        self.stop_accepting()
        self.socket.close()


def bind_path(path: str) -> socket.socket:
    if len(os.fsencode(path)) > 107:
        raise AccessError(f"{path}: longer than the 107 bytes a Unix-domain socket's path can have")
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if os.path.lexists(path) and stat.S_ISSOCK(os.lstat(path).st_mode):
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
                asking.setblocking(False)  # the queue of one that is served may be full
                if asking.connect_ex(path) == errno.ECONNREFUSED:  # left over by a process that was killed
                    os.unlink(path)
        os.fchmod(listening.fileno(), 0o600)  # of the file to come; the umask would be that of all threads
        listening.bind(path)
        listening.listen(BACKLOG)
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
    return take_inherited(address) or socket.create_server((name, int(port)), family=family, backlog=BACKLOG)


class _Server(socketserver.ThreadingMixIn, socketserver.BaseServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, service: Service, listening: socket.socket) -> None:
        super().__init__(listening.getsockname(), _Handler)
        self.service = service
        self.open: Set[socket.socket] = set()
        self.silent: Set[socket.socket] = set()  # of these, those that have not sent anything yet
        self.waiting: Dict[socket.socket, float] = {}  # of these, those whose next request is awaited; since when, monotonic seconds
        self.lock = threading.Lock()  # of `waiting`
        self.socket = listening  # BaseServer.handle_request() asks it, and `timeout`
        self.timeout = 0

    def fileno(self) -> int:
        return self.socket.fileno()

    def get_request(self) -> Any:
        try:
            connection, peer = self.socket.accept()
        except OSError as problem:
            if problem.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                self._drop_longest_waiting()
                time.sleep(OUT_OF_FILES)  # whoever connects still waits in the queue
            raise
        connection.settimeout(IDLE_TIMEOUT)
        if connection.family != socket.AF_UNIX:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.open.add(connection)
        self.silent.add(connection)
        return connection, peer

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """At the limit the one goes whose request is awaited the longest: whoever asks now cannot wait."""
        if len(self.open) > MOST_CONNECTIONS and not self._drop_longest_waiting():
            self.service.count_refusal("overloaded")
            return False
        self.wait_for(request)
        return True

    def wait_for(self, connection: socket.socket) -> None:
        """For its next request, from now on."""
        with self.lock:
            self.waiting[connection] = time.monotonic()

    def stop_waiting_for(self, connection: socket.socket) -> bool:
        """Its request is there. False: the connection had to go meanwhile."""
        with self.lock:
            return self.waiting.pop(connection, None) is not None

    def _drop_longest_waiting(self) -> bool:
        with self.lock:
            longest = min(self.waiting, key=lambda each: self.waiting[each], default=None)
            if longest is None:
                return False
            del self.waiting[longest]
            with contextlib.suppress(OSError):
                longest.shutdown(socket.SHUT_RDWR)  # its thread sees the end, and closes it
        self.open.discard(longest)
        self.service.count_refusal("idle_at_limit")
        return True

    def shutdown_request(self, request: Any) -> None:
        with self.lock:
            self.waiting.pop(request, None)
        self.open.discard(request)
        self.silent.discard(request)
        with contextlib.suppress(OSError):
            request.shutdown(socket.SHUT_WR)
        request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away, or was too slow."""


class _Handler(socketserver.BaseRequestHandler):
    """One connection, whose requests are answered one after the other."""

    server: _Server
    request: socket.socket

    def handle(self) -> None:
        self._pending = b""
        with contextlib.suppress(OSError, _Gone):  # a client that went away, or was too slow
            while self._serve_one():
                if self._pending:  # who sends many at once takes turns with the others
                    time.sleep(TURN)

    def _serve_one(self) -> bool:
        """False when the connection ends."""
        self._deadline = time.monotonic() + IDLE_TIMEOUT
        self._is_head = False
        service = self.server.service
        self.server.wait_for(self.request)
        try:
            head = self._read_head()
            if head.values("expect"):
                self.request.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = self._read_body(head.length)
        except BadRequest as problem:
            service.count_refusal(problem.refusal.code)
            self._send(as_error(problem.refusal.status, problem.refusal.code, str(problem), close=True), with_body=not self._is_head)
            self._linger()
            return False
        if not self.server.stop_waiting_for(self.request):
            raise _Gone
        service.last_answers.begin()
        try:
            path, _, query = head.target.partition("?")
            answer = service.endpoints.answer(Request(head.method, path, query, head.fields, body, caller_of(self.request)))
            response = answer.result() if isinstance(answer, Future) else answer
            keeps_alive = head.keeps_alive and not service.is_leaving
            self._send(response, with_body=head.method != "HEAD", keeps_alive=keeps_alive)
        finally:
            service.last_answers.end()
        return keeps_alive and not response.close

    def _read_head(self) -> RequestHead:
        while b"\r\n\r\n" not in self._pending:
            if len(self._pending) > LONGEST_HEAD:
                raise BadRequest(431, "head_too_large", f"a head of at most {LONGEST_HEAD} bytes is read")
            was_empty = not self._pending
            self._receive()
            if was_empty:
                self._deadline = time.monotonic() + HEAD_TIMEOUT
        self._is_head = self._pending.startswith(b"HEAD ")
        text, _, self._pending = self._pending.partition(b"\r\n\r\n")
        if len(text) > LONGEST_HEAD:
            raise BadRequest(431, "head_too_large", f"a head of at most {LONGEST_HEAD} bytes is read")
        head = parse(text)
        if head.length > LONGEST_BODY:
            raise BadRequest(413, "body_too_large", f"a body of at most {LONGEST_BODY} bytes is read")
        return head

    def _read_body(self, length: int) -> bytes:
        while len(self._pending) < length:
            self._receive()
        body, self._pending = self._pending[:length], self._pending[length:]
        return body

    def _receive(self) -> None:
        left = self._deadline - time.monotonic()
        self.request.settimeout(max(left, 0.001))
        try:
            part = self.request.recv(64 << 10)
        except socket.timeout:
            part = b""
            if self._pending:
                raise BadRequest(408, "request_timeout", "the request took too long to come") from None
        if not part:
            if self._pending:
                raise BadRequest(400, "incomplete_request", "the request has no end")
            raise _Gone
        self._pending += part
        self.server.silent.discard(self.request)

    def _send(self, response: Response, with_body: bool = True, keeps_alive: bool = True) -> None:
        reason = http.HTTPStatus(response.status).phrase
        fields = response.all_fields() + ([("connection", "close")] if not keeps_alive and not response.close else [])
        head = f"HTTP/1.1 {response.status} {reason}\r\nDate: {formatdate(usegmt=True)}\r\n" \
            + "".join(f"{name.title()}: {value}\r\n" for name, value in fields) + "\r\n"
        self.request.settimeout(WRITE_TIMEOUT)
        self.request.sendall(head.encode("latin-1", "replace") + (response.body if with_body else b""))

    def _linger(self) -> None:
        """Reads on for a moment: closing before would take the refusal away from the client."""
        self.request.shutdown(socket.SHUT_WR)
        self.request.settimeout(LINGER)
        end = time.monotonic() + LINGER
        while time.monotonic() < end and self.request.recv(64 << 10):
            pass
