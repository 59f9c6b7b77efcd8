# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints in front of a WSGI application (PEP 3333): `app.wsgi_app = service.wsgi(app.wsgi_app)` for Flask,
`application = service.wsgi(application)` for Django and others. Requests are in flight until their body is closed."""
from __future__ import annotations

import http
import os
import time
from concurrent.futures import Future
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Tuple

from .access import Caller, Endpoint, caller_of, is_address, is_loopback, user_of_tcp_peer
from .endpoints import LONGEST_BODY, Request, Response, as_error
from .service import Service
from .streams import CLOSE_GRACE, GOODBYE, Events, is_event_stream
from .workers import is_master

Environment = Dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environment, StartResponse], Iterable[bytes]]


class WsgiMiddleware:
    """See above. Make it in the main thread of the process that serves, for SIGTERM and SIGINT."""

    def __init__(self, app: App, service: Service) -> None:
        self.app, self.service = app, service
        if is_master():
            os.register_at_fork(after_in_child=self._begin_in_worker)
        else:
            service.first_checks()
            service.begin()

    def _begin_in_worker(self) -> None:
        if not is_master():
            self.service.begin()

    def __call__(self, environment: Environment, start_response: StartResponse) -> Iterable[bytes]:
        service = self.service
        if not service.has_begun:
            service.begin()  # a child by fork
        path = environment.get("PATH_INFO", "")
        if service.endpoints.has(path):
            return self._own(environment, start_response, path)
        if not service.enter():
            return _started(start_response, as_error(503, "shutting_down", "The service is shutting down", ("retry-after", "5")))
        is_stream = [False]

        def started(status: str, fields: List[Tuple[str, str]], *problem: Any) -> Any:
            is_stream[0] = _is_event_stream(fields)
            return start_response(status, fields, *problem)
        try:
            parts = self.app(environment, started)
            return _Counted(parts, service.in_flight.end, lambda: is_stream[0] and service.shutdown.stopping.is_set())
        except BaseException:
            service.in_flight.end()
            raise

    def _own(self, environment: Environment, start_response: StartResponse, path: str) -> Iterable[bytes]:
        service = self.service
        fields = [(name[5:].replace("_", "-").lower(), str(value)) for name, value in environment.items() if name.startswith("HTTP_")]
        if environment.get("CONTENT_TYPE"):
            fields.append(("content-type", environment["CONTENT_TYPE"]))
        method = environment["REQUEST_METHOD"]
        body = b""
        if service.endpoints.takes_body(method):
            length = environment.get("CONTENT_LENGTH") or "0"
            body = environment["wsgi.input"].read(min(int(length), LONGEST_BODY + 1) if length.isdigit() else 0)
        request = Request(method, path, environment.get("QUERY_STRING", ""), fields, body, _caller(environment))
        service.last_answers.begin()
        try:
            answer = service.endpoints.answer(request)
            response = answer.result() if isinstance(answer, Future) else answer
            body_parts = _started(start_response, response, with_body=method != "HEAD")
        except BaseException:
            service.last_answers.end()
            raise
        return _Counted(body_parts, service.last_answers.end)


class _Counted:
    """A body that says when it is closed; the server closes it after its last byte, PEP 3333. An event stream is told once it has to end, and
    ended at its first event that comes CLOSE_GRACE later."""

    def __init__(self, parts: Iterable[bytes], closed: Callable[[], None], has_to_end: Callable[[], bool] = lambda: False) -> None:
        self._parts, self._closed, self._has_to_end = parts, closed, has_to_end
        self._is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        if isinstance(self._parts, (list, tuple)):
            return iter(self._parts)
        return self._told()

    def _told(self) -> Iterator[bytes]:
        told_at: Optional[float] = None
        events = Events()
        for part in self._parts:
            yield part
            events.add(part)
            if self._has_to_end() and events.are_whole:
                if told_at is None:
                    told_at = time.monotonic()
                    yield GOODBYE
                elif time.monotonic() - told_at >= CLOSE_GRACE:
                    return

    def __len__(self) -> int:
        return len(self._parts)  # type: ignore[arg-type]  # servers ask whether there is one part

    def close(self) -> None:
        try:
            if hasattr(self._parts, "close"):
                self._parts.close()
        finally:
            if not self._is_closed:
                self._is_closed = True
                self._closed()


def _is_event_stream(fields: List[Tuple[str, str]]) -> bool:
    """One whose length is not given."""
    return any(name.lower() == "content-type" and is_event_stream(value) for name, value in fields) \
        and not any(name.lower() == "content-length" for name, _ in fields)


def _started(start_response: StartResponse, response: Response, with_body: bool = True) -> List[bytes]:
    fields: List[Tuple[str, str]] = [(name.title(), value) for name, value in response.all_fields() if name != "connection"]
    start_response(f"{response.status} {http.HTTPStatus(response.status).phrase}", fields)
    return [response.body] if with_body else []


def _caller(environment: Environment) -> Caller:
    connection = environment.get("gunicorn.socket") or environment.get("werkzeug.socket")
    if connection is not None:
        return caller_of(connection)
    local = _endpoint(environment.get("SERVER_NAME"), environment.get("SERVER_PORT"))
    peer = _endpoint(environment.get("REMOTE_ADDR"), environment.get("REMOTE_PORT"))
    if peer is not None and is_loopback(peer[0]) and (local is None or not is_address(local[0])):
        local = (peer[0], int(environment["SERVER_PORT"]))  # waitress does not tell; only loopback reaches us from there
    if local is None or peer is None:
        return Caller(local=local)
    ends = (peer, local)
    return Caller(local=local, peer=peer, user=lambda: user_of_tcp_peer(*ends))


def _endpoint(host: Any, port: Any) -> Optional[Endpoint]:
    return (str(host), int(port)) if host and str(port).isdigit() else None
