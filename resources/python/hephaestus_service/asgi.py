# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints in front of an ASGI 3 application, as pure middleware: `app = service.asgi(app)`, or
`app.add_middleware(HephaestusMiddleware, service=service)`.

The application's lifespan, routes, exception handlers and bodies stay as they are. Requests are in flight until their last byte,
websockets until they are closed.
"""
from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Future
from types import MethodType
from typing import Any, Awaitable, Callable, Dict, Iterable, List, MutableMapping, Optional, Set, Tuple

from .access import Caller, Endpoint, caller_of, user_of_tcp_peer
from .endpoints import FIELDS, JSON, LONGEST_BODY, OWN, Answer, Request, Response, as_error
from .service import Service
from .shutdown import Step
from .streams import CLOSE_GRACE, GOING_AWAY, GOODBYE, REASON, Events, is_event_stream

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
APPLICATION_TIMEOUT = 30.0  # seconds for the application's own lifespan to end
MARK = "hephaestus"  # of a scope that one of these middlewares has seen
MOST_READERS = 256
FIELDS_OF_READ = [(name.encode(), value.encode()) for name, value in (("content-type", JSON), *FIELDS)]
log = logging.getLogger("hephaestus")


class HephaestusMiddleware:
    """See above. One for each service; used in the event loop's thread."""

    def __init__(self, app: App, service: Service) -> None:
        self.app, self.service = app, service
        self.has_lifespan = True  # False: the application is not told of its start and end
        self._is_known = False  # a scope has passed it, and so it would know of another one further in
        self._is_alone = False  # there is no other one of the service, so scopes need no mark
        for other in service.fronts:
            other._is_alone = False
        service.fronts.add(self)
        self._reads: Dict[str, Callable[[], bytes]] = {
            "/health/live": service.basic_body, "/health": service.basic_body, "/health/status": service.detailed_body}
        self._readers: Set[Tuple[bytes, Any]] = set()  # Host fields, and addresses they reached, that may read
        self._streams: Dict[int, _EventStream] = {}  # that are open, by the id() of the server's send()
        self._watch = self._make_watch()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The application's own requests pay for what is here, so it makes one object, and calls no function of ours but a method of send().
        in_flight = self.service.in_flight
        if scope["type"] == "http" and self._is_alone and not scope.get("root_path") and not scope["path"].startswith(OWN):
            in_flight.work.append(None)
            if in_flight.is_watched:
                in_flight.changed()
            if not in_flight.is_open:
                in_flight.take_back()
                if not await self._enter(scope, receive, send):
                    return
        elif not await self._enter(scope, receive, send):
            return
        try:  # the server's own receive(), by which the caller's socket is found
            await self.app(scope, receive, MethodType(self._watch, send))
        except asyncio.CancelledError:
            stream = self._streams.get(id(send))
            if stream is None or not stream.is_cut:
                raise
        finally:
            if self._streams:
                self._end_stream(send)
            in_flight.work.pop()
            if in_flight.is_watched:
                in_flight.ended()

    def _make_watch(self) -> Callable[[Send, Message], Awaitable[None]]:
        """What becomes a method of the server's send(): the same function for all requests, as Python calls that faster than a new one."""
        streams, service = self._streams, self.service

        def watch(send: Send, message: Message) -> Awaitable[None]:
            """Returns what send() does: one coroutine less for each message."""
            if message["type"] == "http.response.start":
                for name, value in message.get("headers", ()):
                    if name == b"content-length":  # most have that, and it comes first: nothing may be added to it
                        break
                    if name == b"content-type" or len(name) == 12 and name.lower() == b"content-type":
                        if value[5:6] in b"eE" and _is_event_stream(value, message["headers"]):  # as most are not
                            streams[id(send)] = _EventStream(service, send)
                        break
            elif streams:
                stream = streams.get(id(send))
                if stream is not None:
                    return stream.send(message)
            return send(message)
        return watch

    def _end_stream(self, send: Send) -> None:
        stream = self._streams.pop(id(send), None)
        if stream is not None:
            stream.end()

    async def _enter(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """True if the application has to answer this request, which counts as in flight. False: it was answered."""
        service = self.service
        if scope.get(MARK) is service:  # service.run(app) of an application that has the middleware itself
            await self.app(scope, receive, send)
            return False
        scope[MARK] = service
        self._is_alone, self._is_known = self._is_known and len(service.fronts) == 1, True
        if scope["type"] == "lifespan":
            await Lifespan(self.app if self.has_lifespan else _nothing, service).run(scope, receive, send)
            return False
        if not service.has_begun:
            service.begin(asyncio.get_running_loop())  # a server without lifespan
        if scope["type"] == "http":
            return await self._enter_request(scope, receive, send)
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self.app(scope, receive, send)
        return False

    async def _enter_request(self, scope: Scope, receive: Receive, send: Send) -> bool:
        service = self.service
        path: str = scope["path"]
        root = scope.get("root_path", "")
        if root and path.startswith(root + "/"):
            path = path[len(root):]
        if path.startswith(OWN) and service.endpoints.has(path):
            body = self._reads.get(path)
            if body is not None and scope["method"] == "GET" and not scope.get("query_string") and self._may_read(scope, receive):
                await self._answer_read(body, send)
            else:
                await self._own(scope, receive, send, path)
            return False
        if service.enter():
            return True
        await _send(send, as_error(503, "shutting_down", "The service is shutting down", ("retry-after", "5"), close=True))
        return False

    def _may_read(self, scope: Scope, receive: Receive) -> bool:
        """True if the request has no body and its Host may read, by the rules of Access. False: that must be looked at closely.
        Under a server that shows its transport, as uvicorn."""
        owner = getattr(receive, "__self__", None)
        if getattr(owner, "more_body", True) or getattr(owner, "body", True):
            return False
        transport = getattr(owner, "transport", None)
        reached = transport.get_extra_info("sockname") if transport is not None else None
        if type(reached) is not tuple:
            return False
        for name, value in scope["headers"]:
            if name == b"host":
                return (value, reached) in self._readers or self._learn_reader(value, reached)
        return False

    def _learn_reader(self, host: bytes, reached: Any) -> bool:
        caller = Caller(local=(str(reached[0]), int(reached[1])))
        if self.service.access.refuse("GET", (("host", host.decode("latin-1")),), caller) is not None:
            return False
        self.service.connections.reached_port(reached[1])
        if len(self._readers) >= MOST_READERS:
            self._readers.clear()
        self._readers.add((host, reached))
        return True

    async def _answer_read(self, make_body: Callable[[], bytes], send: Send) -> None:
        last_answers = self.service.last_answers
        last_answers.begin()
        try:
            body = make_body()
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body)), *FIELDS_OF_READ]})
            await send({"type": "http.response.body", "body": body})
        finally:
            last_answers.end()

    async def _own(self, scope: Scope, receive: Receive, send: Send, path: str) -> None:
        service = self.service
        fields = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"])
        body = b""
        while len(body) <= LONGEST_BODY:  # of a GET too: hypercorn closes a connection whose request was not read to its end
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if not message.get("more_body", False):
                break
        request = Request(scope["method"], path, scope.get("query_string", b"").decode("latin-1"), fields,
                          body if service.endpoints.takes_body(scope["method"]) else b"",
                          _caller(scope, receive))
        service.last_answers.begin()
        try:
            response = await _awaited(service.endpoints.answer(request))
            await _send(send, response, with_body=scope["method"] != "HEAD")
        finally:
            service.last_answers.end()

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        service = self.service
        if not service.enter():
            await receive()
            await send({"type": "websocket.close", "code": GOING_AWAY})  # before it was accepted: the server answers 403
            return
        loop = asyncio.get_running_loop()
        closed = asyncio.Event()
        accepted = [False]

        async def watched(message: Message) -> None:
            if message["type"] == "websocket.accept":
                accepted[0] = True
            if message["type"] == "websocket.close":
                if closed.is_set():
                    return
                closed.set()
            await send(message)

        async def goodbye() -> None:
            try:
                await asyncio.wait_for(closed.wait(), CLOSE_GRACE)
            except asyncio.TimeoutError:
                if accepted[0]:
                    await watched({"type": "websocket.close", "code": GOING_AWAY, "reason": REASON})

        try:
            remove = service.on_stop(lambda: asyncio.run_coroutine_threadsafe(goodbye(), loop))
            try:
                await self.app(scope, receive, watched)
            finally:
                closed.set()
                remove()
        finally:
            service.in_flight.end()


class _EventStream:
    """An answer of type text/event-stream. It is told when the service drains, by the event `shutdown`; if it is open CLOSE_GRACE later,
    it is ended. Other streams go on until they end, or the drain does."""

    def __init__(self, service: Service, send: Send) -> None:
        self._send = send
        self._events = Events()
        self._is_over = self.is_cut = False
        self._task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        self._remove = service.on_stop(lambda: asyncio.run_coroutine_threadsafe(self._say_goodbye(), loop))

    def send(self, message: Message) -> Awaitable[None]:
        if self._is_over:
            return _done()
        if message["type"] == "http.response.body":
            self._events.add(message.get("body", b""))
            self._is_over = not message.get("more_body", False)
        return self._send(message)

    def end(self) -> None:
        self._is_over = True
        self._remove()

    async def _say_goodbye(self) -> None:
        if self._is_over:
            return
        if self._events.are_whole:
            await self._send({"type": "http.response.body", "body": GOODBYE, "more_body": True})
        await asyncio.sleep(CLOSE_GRACE)
        if not self._is_over:
            self._is_over = self.is_cut = True
            await self._send({"type": "http.response.body", "body": b""})
            if self._task is not None:
                self._task.cancel()


def _is_event_stream(content_type: bytes, headers: Iterable[Tuple[bytes, bytes]]) -> bool:
    """One whose length is not given."""
    return is_event_stream(content_type.decode("latin-1")) \
        and not any(name.lower() == b"content-length" for name, _ in headers)


async def _done() -> None:
    """Nothing is left to do."""


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """An application without lifespan."""


class Lifespan:
    """Stands between the server's lifespan and the application's: the service begins when the application has started, and the
    application ends as a step of the shutdown, before the answer says that all is done."""

    def __init__(self, app: App, service: Service) -> None:
        self._app, self._service = app, service
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message] = asyncio.Queue()
        self._task: Optional[asyncio.Future[None]] = None

    async def run(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        loop = asyncio.get_running_loop()
        service = self._service
        service.runner.loop = loop
        self._task = asyncio.ensure_future(self._app(scope, self._to_app.get, self._from_app.put))
        self._task.add_done_callback(lambda task: task.cancelled() or task.exception())  # told in its answer; asyncio need not log it
        await self._to_app.put(message)
        answer = await self._answer_of_app()
        if answer is None:
            log.debug("the application has no lifespan")
        elif answer["type"] == "lifespan.startup.failed":
            await send(answer)
            return
        else:
            service.set_application(Step("application", APPLICATION_TIMEOUT, self._stop_app_from_thread))
        await loop.run_in_executor(None, service.first_checks)
        service.begin(loop)
        if service.take_servers_signal():
            await asyncio.wrap_future(shielded(service.request_end()))
        await send(answer or {"type": "lifespan.startup.complete"})
        await receive()  # lifespan.shutdown: the server has stopped
        if not service.shutdown.result.done():
            await asyncio.wrap_future(shielded(service.request_end()))
        service.leave_workers()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer_of_app(self) -> Optional[Message]:
        """What the application says next; None if it ends, or raises, without a word."""
        assert self._task is not None
        said = asyncio.ensure_future(self._from_app.get())
        either: List[asyncio.Future[Any]] = [said, self._task]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if said.done():
            return said.result()
        said.cancel()
        if not self._from_app.empty():
            return self._from_app.get_nowait()
        if self._task.exception() is not None:
            log.debug("the application's lifespan: %r", self._task.exception())
        return None

    def _stop_app_from_thread(self, timeout: float) -> None:
        loop = self._service.runner.loop
        assert loop is not None
        if not loop.is_running():
            raise RuntimeError("the server's event loop has ended before")
        self._service.runner.run_aside(self._stop_app, timeout)

    async def _stop_app(self) -> None:
        assert self._task is not None
        await self._to_app.put({"type": "lifespan.shutdown"})
        answer = await self._answer_of_app()
        if answer is not None and answer["type"] == "lifespan.shutdown.failed":
            raise RuntimeError(answer.get("message") or "the application's lifespan failed")
        if answer is None and self._task.done() and self._task.exception() is not None:
            raise self._task.exception()  # type: ignore[misc]


async def _awaited(answer: Answer) -> Response:
    return await asyncio.wrap_future(shielded(answer)) if isinstance(answer, Future) else answer


def shielded(future: Future[Any]) -> Future[Any]:
    """One that can be cancelled, with its caller, and leaves the other as it is."""
    copy: Future[Any] = Future()

    def hand_over(done: Future[Any]) -> None:
        if copy.set_running_or_notify_cancel():
            copy.set_result(done.result())
    future.add_done_callback(hand_over)
    return copy


async def _send(send: Send, response: Response, with_body: bool = True) -> None:
    fields = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in response.all_fields()]
    await send({"type": "http.response.start", "status": response.status, "headers": fields})
    await send({"type": "http.response.body", "body": response.body if with_body else b""})


def _caller(scope: Scope, receive: Receive) -> Caller:
    connection = _socket_of(receive)
    if connection is not None:
        return caller_of(connection)  # what the kernel says, not what a proxy's header made of it
    local, peer = _endpoint(scope.get("server")), _endpoint(scope.get("client"))
    if local is None:
        return Caller(over_unix_socket=True)  # nobody tells whose: a token is needed
    if peer is None:
        return Caller(local=local)
    ends: Tuple[Endpoint, Endpoint] = (peer, local)
    return Caller(local=local, peer=peer, user=lambda: user_of_tcp_peer(*ends))


def _endpoint(value: Any) -> Optional[Endpoint]:
    return (str(value[0]), int(value[1])) if value and value[1] else None


def _socket_of(receive: Receive) -> Any:
    """The connection's socket, where the server's receive() is a method of what has it (uvicorn, hypercorn)."""
    owner = getattr(receive, "__self__", None)
    for name in ("transport", "_transport"):
        transport = getattr(owner, name, None)
        if transport is not None and hasattr(transport, "get_extra_info"):
            connection = transport.get_extra_info("socket")
            if connection is not None and hasattr(connection, "getsockname"):
                return connection
    return None
