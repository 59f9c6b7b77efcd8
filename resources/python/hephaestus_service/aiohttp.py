# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints in an aiohttp.web application: `service.aiohttp(app)`."""
from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Any, Awaitable, Callable

from aiohttp import web

from .access import Caller, caller_of
from .endpoints import LONGEST_BODY, Request, Response, as_error
from .service import Service

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def install(app: web.Application, service: Service) -> None:
    """Adds a middleware before all others, and begins the service when the application has started."""

    @web.middleware
    async def hephaestus(request: web.Request, handler: Handler) -> web.StreamResponse:
        if service.endpoints.has(request.path):
            return await _own(request, service)
        if not service.enter():
            return _reply(as_error(503, "shutting_down", "The service is shutting down", ("retry-after", "5"), close=True))
        try:
            response = await handler(request)
            _call_after(response, service.in_flight.end)
            return response
        except BaseException:
            service.in_flight.end()
            raise

    async def begin(_: web.Application) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, service.first_checks)
        service.begin(loop)

    async def end(_: web.Application) -> None:
        if not service.shutdown.result.done():
            await asyncio.wrap_future(service.shutdown.request("signal"))

    app.middlewares.insert(0, hephaestus)
    app.on_startup.append(begin)
    app.on_shutdown.append(end)


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
