# SPDX-License-Identifier: GPL-3.0-or-later
"""The protocol's endpoints, as functions from a request to an answer. Knows no server."""
from __future__ import annotations

import json
import math
import urllib.parse
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Tuple, Union

from . import logs, metrics
from .access import Caller, Fields, Refusal
from .encoding import as_bytes, as_text
from .workers import master_obstacle

if TYPE_CHECKING:
    from .service import Service

Json = Dict[str, Any]
JSON = "application/json"
FIELDS = (("cache-control", "no-store"), ("x-content-type-options", "nosniff"))  # of every answer
OWN = ("/health", "/shutdown", "/metrics")
LONGEST_BODY = 64 << 10
LONGEST_DELAY = 86400.0
LONGEST_COMPARISON = 30.0
MOST_CODE_PATHS = 100
DEFAULT_LOG_LINES = 100
MOST_LOG_BYTES = 1 << 20


@dataclass(frozen=True)
class Request:
    """`fields` have names in lower case; `query` is without the question mark."""

    method: str
    path: str
    query: str
    fields: Fields
    body: bytes
    caller: Caller

    def value(self, name: str) -> Optional[str]:
        return next((value for key, value in self.fields if key == name), None)


@dataclass(frozen=True)
class Response:
    status: int
    body: bytes
    media_type: str = JSON
    fields: Tuple[Tuple[str, str], ...] = ()
    close: bool = False
    is_last: bool = False  # the process ends when this one has gone out

    def all_fields(self) -> List[Tuple[str, str]]:
        return [("content-type", self.media_type), ("content-length", str(len(self.body))), *FIELDS, *self.fields,
                *([("connection", "close")] if self.close else [])]


Answer = Union[Response, "Future[Response]"]
Handler = Callable[["Endpoints", Request], Answer]


def as_json(body: Json, status: int = 200, **rest: Any) -> Response:
    return Response(status, as_bytes(as_text(body)), **rest)


def as_error(status: int, code: str, message: str, *fields: Tuple[str, str], close: bool = False) -> Response:
    return as_json({"error": {"code": code, "message": message}}, status, fields=fields, close=close)


@dataclass
class Route:
    handlers: Dict[str, Handler]
    owner_only: bool = False
    paths: List[str] = field(default_factory=list)


class Endpoints:
    """What a request gets, for the paths that are the protocol's. May be used from any thread."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._routes: Dict[str, Route] = {}
        cls = Endpoints
        self._add(Route({"GET": cls._live}), "/health/live", "/health")
        self._add(Route({"GET": cls._status}), "/health/status")
        self._add(Route({"GET": cls._ready}), "/health/ready")
        self._add(Route({"GET": cls._metrics}), "/metrics")
        self._add(Route({"GET": cls._logs}, owner_only=True), "/health/logs")
        self._add(Route({"GET": cls._code}, owner_only=True), "/health/code")
        self._add(Route({"POST": cls._check}), "/health/check")
        self._add(Route({"POST": cls._shutdown}), "/health/shutdown", "/shutdown")
        self._add(Route({"POST": cls._schedule, "DELETE": cls._cancel}), "/health/shutdown/schedule")
        self._add(Route({"POST": cls._restart}), "/health/restart")

    def _add(self, route: Route, *paths: str) -> None:
        for path in paths:
            self._routes[path] = route

    def has(self, path: str) -> bool:
        """True for the protocol's own paths: everything under /health, /shutdown, and /metrics unless the program has its own."""
        if not path.startswith(OWN):
            return False
        if path == "/metrics":
            return self._service.serves_metrics
        return path == "/shutdown" or path == "/health" or path.startswith("/health/")

    def takes_body(self, method: str) -> bool:
        return method not in ("GET", "HEAD")

    def answer(self, request: Request) -> Answer:
        """The answer, or one that comes later: when a shutdown is over, or all checks have ended."""
        if request.caller.local is not None:
            self._service.connections.reached_port(request.caller.local[1])
        elif request.caller.path:
            self._service.connections.reached_path(request.caller.path)
        route = self._routes.get(request.path)
        refusal = self._service.access.refuse(request.method, request.fields, request.caller, route is not None and route.owner_only)
        if refusal is not None:
            return self._refuse(refusal)
        if route is None:
            return as_error(404, "not_found", "there is no such path")
        handler = route.handlers.get("GET" if request.method == "HEAD" else request.method)
        if handler is None:
            names = sorted({*route.handlers, *(["HEAD"] if "GET" in route.handlers else [])})
            return as_error(405, "method_not_allowed", "allowed here: " + ", ".join(names), ("allow", ", ".join(names)))
        refusal = self._refuse_body(request)
        if refusal is not None:
            return self._refuse(refusal)
        return handler(self, request)

    def _refuse(self, refusal: Refusal) -> Response:
        self._service.count_refusal(refusal.code)
        fields = (("www-authenticate", "Bearer"),) if refusal.status == 401 else ()
        return as_error(refusal.status, refusal.code, refusal.message, *fields)

    @staticmethod
    def _refuse_body(request: Request) -> Optional[Refusal]:
        if len(request.body) > LONGEST_BODY:
            return Refusal(413, "body_too_large", f"a body of at most {LONGEST_BODY} bytes is read")
        kind = (request.value("content-type") or "").partition(";")[0].strip().lower()
        if request.body and kind != "application/json":
            return Refusal(415, "media_type", "expected a body of type application/json")
        return None

    def _live(self, request: Request) -> Answer:
        return Response(200, self._service.basic_body())

    def _status(self, request: Request) -> Answer:
        service = self._service
        longest = _comparison_time(request.query)
        if longest is None or service.code is None:
            return Response(200, service.detailed_body())
        answer: Future[Response] = Future()
        service.compared(longest).add_done_callback(lambda _: answer.set_result(Response(200, service.detailed_body())))
        return answer

    def _ready(self, request: Request) -> Answer:
        return Response(200 if self._service.is_ready else 503, self._service.basic_body())

    def _metrics(self, request: Request) -> Answer:
        is_open = metrics.wants_open_metrics(request.value("accept") or "")
        return Response(200, metrics.text(self._service, is_open).encode(), metrics.OPEN_MEDIA_TYPE if is_open else metrics.MEDIA_TYPE,
                        (("vary", "Accept"),))

    def _logs(self, request: Request) -> Answer:
        query = dict(urllib.parse.parse_qsl(request.query, keep_blank_values=True))
        try:
            numbers = {name: _count(query[name]) for name in ("tail", "from", "before", "limit") if name in query}
        except ValueError:
            return as_error(400, "bad_query", "tail, from, before and limit are whole numbers")
        ring, limit = self._service.ring, max(1, min(numbers.get("limit", logs.PAGE_BYTES), MOST_LOG_BYTES))
        if "from" in numbers:
            lines, end = ring.page(numbers["from"], limit)
        elif "before" in numbers:
            lines, end = ring.before(numbers["before"], limit)
        else:
            lines, end = ring.tail(numbers.get("tail", DEFAULT_LOG_LINES), limit)
        accepted = request.value("accept") or ""
        if "application/x-ndjson" in accepted or "application/jsonl" in accepted or "application/json" in accepted:
            body, kind = logs.as_json_lines(lines), "application/x-ndjson"
        else:
            body, kind = logs.as_text(lines), "text/plain; charset=utf-8"
        first = lines[0].position if lines else end
        return Response(200, body, kind, (("x-first-position", str(first)), ("x-next-position", str(end)), ("x-log-id", ring.id)))

    def _code(self, request: Request) -> Answer:
        items = [item.partition("=") for item in request.query.split("&")]
        paths = [urllib.parse.unquote_to_bytes(value) for name, _, value in items if name == "path"]
        if len(paths) != len(items) or not 0 < len(paths) <= MOST_CODE_PATHS \
                or not all(path.startswith(b"/") and b"\0" not in path for path in paths):
            return as_error(400, "bad_query", "expected 1 to 100 absolute paths, as in ?path=/srv/app/main.py&path=/srv/app/other.py")
        if self._service.code is None:
            return as_error(404, "not_found", "this service does not know what it loaded")
        return as_json({"files": self._service.code.loaded(paths)})

    def _check(self, request: Request) -> Answer:
        service = self._service
        answer: Future[Response] = Future()
        service.checks.run_all().add_done_callback(lambda _: answer.set_result(Response(200, service.detailed_body())))
        return answer

    def _shutdown(self, request: Request) -> Answer:
        problem = master_obstacle()
        if problem is not None:
            return as_error(409, "shutdown_impossible", problem)
        answer: Future[Response] = Future()

        def finished(done: Future[Json]) -> None:
            result = done.result()
            answer.set_result(as_json(result, 200 if result["exit_code"] == 0 else 500, close=True, is_last=True))

        self._service.request_shutdown("immediate").add_done_callback(finished)
        return answer

    def _schedule(self, request: Request) -> Answer:
        delay: Optional[float] = None
        if request.body:
            try:
                body = json.loads(request.body)
                delay = body.get("delay_seconds") if isinstance(body, dict) else math.nan
            except (ValueError, RecursionError):
                delay = math.nan
            if isinstance(delay, bool) or not (delay is None or isinstance(delay, (int, float)) and 0 <= delay <= LONGEST_DELAY):
                return as_error(400, "bad_body", 'expected {"delay_seconds": S} with 0 to 86400')
        problem = master_obstacle()
        if problem is not None:
            return as_error(409, "shutdown_impossible", problem)
        self._service.request_shutdown("scheduled", None if delay is None else float(delay))
        return as_json({"status": "shutdown_scheduled", "should_shutdown": True, "mode": "scheduled",
                        "message": "Shutdown will occur after current requests complete"})

    def _cancel(self, request: Request) -> Answer:
        if self._service.cancel_shutdown():
            return as_json({"status": "shutdown_cancelled", "should_shutdown": False})
        return as_error(409, "not_cancellable", "no shutdown is scheduled, or it has begun already")

    def _restart(self, request: Request) -> Answer:
        problem = self._service.restart()
        if problem is not None:
            return as_error(409, "restart_impossible", problem)
        return as_json({"status": "restart_scheduled", "should_shutdown": True, "mode": "restart",
                        "instance_id": self._service.instance_id})


def _comparison_time(query: str) -> Optional[float]:
    """How long the answer may wait for a comparison with the code on disk; None: it does not."""
    name, _, value = query.partition("=")
    try:
        seconds = float(value) if name == "fresh_after" else -1.0
    except ValueError:
        return None
    return min(seconds, LONGEST_COMPARISON) if seconds >= 0 else None


def _count(text: str) -> int:
    if not text.isdigit() or len(text) > 18:
        raise ValueError(text)
    return int(text)
