# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints in an aiohttp.web application: `service.aiohttp(app)`."""
from __future__ import annotations

import asyncio
import contextlib
from concurrent.futures import Future
from typing import Any, Awaitable, Callable, Dict, List, Optional

from aiohttp import web

from .access import Caller, caller_of
from .endpoints import LONGEST_BODY, Request, Response, as_error
from .runners import Runner
from .service import Service
from .shutdown import Step
from .streams import CLOSE_GRACE, GOING_AWAY, GOODBYE, REASON, Events, is_event_stream

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
APPLICATION_TIMEOUT = 30.0  # seconds for the application's own end


def install(app: web.Application, service: Service) -> None:
    """Adds a middleware before all others, and begins the service when the application has started."""
    streams: Dict[Any, Optional[_Stream]] = {}  # by the task of a request in flight

    @web.middleware
    async def hephaestus(request: web.Request, handler: Handler) -> web.StreamResponse:
        if service.endpoints.has(request.path):
            return await _own(request, service)
        if not service.enter():
            return _reply(as_error(503, "shutting_down", "The service is shutting down", ("retry-after", "5"), close=True))
        try:
            response = await _handled(request, handler, streams)
            _call_after(response, service.in_flight.end)
            return response
        except BaseException:
            service.in_flight.end()
            raise

    async def prepared(_: web.Request, response: web.StreamResponse) -> None:
        task = asyncio.current_task()
        if task in streams:
            streams[task] = _stream_of(response, service)

    async def begin(_: web.Application) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, service.first_checks)
        service.set_application(Step("application", APPLICATION_TIMEOUT, _End(app, end, service.runner).run))
        service.begin(loop)

    async def end(_: web.Application) -> None:
        if not service.shutdown.result.done():
            await asyncio.wrap_future(service.shutdown.request("signal"))

    app.middlewares.insert(0, hephaestus)
    app.on_response_prepare.append(prepared)
    app.on_startup.append(begin)
    app.on_shutdown.insert(0, end)


class _End:
    """What the application does in `on_shutdown` and `on_cleanup`, its clean-up contexts too. It is a step of the shutdown, before the
    answer says that all is done; where aiohttp calls it after that, nothing is left to do."""

    def __init__(self, app: web.Application, own: Any, runner: Runner) -> None:
        """While the application starts: later its handlers cannot be replaced. `own` of them is the service's."""
        self._app, self._own, self._runner = app, own, runner
        self._parts: List[_Once] = []
        for handlers in (app.on_shutdown, app.on_cleanup):
            for place, handler in enumerate(handlers):
                if handler is not own:
                    part = _Once(handler)
                    handlers[place] = part
                    self._parts.append(part)

    def run(self, timeout: float) -> None:
        """From the shutdown's thread."""
        if not self._app.frozen:
            return  # it did not start, and aiohttp has ended what there was
        loop = self._runner.loop
        if loop is None or not loop.is_running():
            if all(part.has_begun for part in self._parts):
                return
            raise RuntimeError("the server's event loop has ended before")
        self._runner.run_aside(self._run, timeout)

    async def _run(self) -> None:
        problem: Optional[Exception] = None
        for part in self._parts:
            try:
                await part(self._app)
            except Exception as each:
                problem = problem or each
        if problem is not None:
            raise problem
        for name, handlers in (("on_shutdown", self._app.on_shutdown), ("on_cleanup", self._app.on_cleanup)):
            for handler in handlers:
                if handler is not self._own and handler not in self._parts:
                    shown = getattr(handler, "__name__", "a handler")
                    raise RuntimeError(f"{shown}() of {name} was added while the application started: it runs later")


class _Once:
    """A handler that does nothing when it is called again."""

    def __init__(self, handler: Callable[[web.Application], Awaitable[None]]) -> None:
        self._handler = handler
        self.has_begun = False

    async def __call__(self, app: web.Application) -> None:
        if not self.has_begun:
            self.has_begun = True
            await self._handler(app)


async def _handled(request: web.Request, handler: Handler, streams: Dict[Any, Optional[_Stream]]) -> web.StreamResponse:
    task = asyncio.current_task()
    streams[task] = None
    try:
        return await handler(request)
    except asyncio.CancelledError:
        stream = streams[task]
        if stream is None or not stream.is_cut:
            raise
        return stream.response
    finally:
        stream = streams.pop(task)
        if stream is not None:
            stream.end()


class _Stream:
    """An answer that its handler writes bit by bit. It is told when the service drains, and if it goes on CLOSE_GRACE later, it is ended."""

    def __init__(self, response: web.StreamResponse, service: Service) -> None:
        self.response = response
        self.is_over = self.is_cut = False
        self._task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        self._remove = service.on_stop(lambda: asyncio.run_coroutine_threadsafe(self._say_goodbye(), loop))

    def end(self) -> None:
        self.is_over = True
        self._remove()

    async def _say_goodbye(self) -> None:
        with contextlib.suppress(ConnectionError):  # its client has gone
            await self.tell()
        await asyncio.sleep(CLOSE_GRACE)
        if not self.is_over:
            self.is_cut = True
            with contextlib.suppress(ConnectionError):
                await self.cut()

    async def tell(self) -> None:
        """A websocket's handler has learned of it by itself, if it wants to."""

    async def cut(self) -> None:
        if self._task is not None:
            self._task.cancel()


class _EventStream(_Stream):
    """See `HephaestusMiddleware` for what is told."""

    def __init__(self, response: web.StreamResponse, service: Service) -> None:
        super().__init__(response, service)
        self._events = Events()
        self._write = response.write
        setattr(response, "write", self._written)  # of this one response

    async def _written(self, data: bytes) -> None:
        if not self.is_cut:
            self._events.add(bytes(data[-4:]))
            await self._write(data)

    async def tell(self) -> None:
        if self._events.are_whole and not self.is_over:
            await self._write(GOODBYE)


class _WebSocket(_Stream):
    def __init__(self, response: web.WebSocketResponse, service: Service) -> None:
        super().__init__(response, service)
        self._close = response.close
        setattr(response, "close", self._closed)  # of this one response: what ends its receive() lets its handler close it first

    async def _closed(self, **options: Any) -> Any:
        if self.is_cut:
            options.update(code=GOING_AWAY, message=REASON.encode())
        return await self._close(**options)

    async def cut(self) -> None:
        await self._closed()


def _stream_of(response: web.StreamResponse, service: Service) -> Optional[_Stream]:
    """None for what ends by itself."""
    if isinstance(response, web.WebSocketResponse):
        return _WebSocket(response, service)
    if isinstance(response, web.Response) or response.content_length is not None or not is_event_stream(response.content_type):
        return None
    return _EventStream(response, service)


async def _own(request: web.Request, service: Service) -> web.StreamResponse:
    body = b""
    if service.endpoints.takes_body(request.method):
        body = await request.content.read(LONGEST_BODY + 1)
    fields = [(name.lower(), value) for name, value in request.headers.items()]
    service.last_answers.begin()
    try:
        answer = service.endpoints.answer(Request(request.method, request.path, request.query_string, fields, body, _caller(request)))
        if isinstance(answer, Future):
            from .asgi import shielded
            response = _reply(await asyncio.wrap_future(shielded(answer)))
        else:
            response = _reply(answer)
        _call_after(response, service.last_answers.end)
        return response
    except BaseException:
        service.last_answers.end()
        raise


def _reply(response: Response) -> web.Response:
    reply = web.Response(status=response.status, body=response.body)
    for name, value in response.all_fields():
        if name != "content-length":
            reply.headers[name.title()] = value
    if response.close:
        reply.force_close()
    return reply


def _call_after(response: web.StreamResponse, function: Callable[[], None]) -> None:
    """Calls `function` when the last byte of the response has been handed to the transport, or its client has gone."""
    original = response.write_eof

    async def write_eof(data: bytes = b"") -> None:
        try:
            await original(data)
        finally:
            ended()

    done = [False]

    def ended() -> None:
        if not done[0]:
            done[0] = True
            for name in ("prepare", "write_eof"):  # which refer to the response that has them: nobody else would free it soon
                vars(response).pop(name, None)
            function()

    if isinstance(response, web.Response) or not response.prepared:
        prepare = response.prepare

        async def prepared(request: Any) -> Any:
            try:
                return await prepare(request)
            except BaseException:
                ended()
                raise
        # Of this one response; aiohttp has no other place that knows when the last byte has gone.
        setattr(response, "prepare", prepared)
        setattr(response, "write_eof", write_eof)
    else:
        ended()  # a stream or a websocket, which its handler has written itself


def _caller(request: web.Request) -> Caller:
    transport = request.transport
    connection = transport.get_extra_info("socket") if transport is not None else None
    return Caller() if connection is None else caller_of(connection)
