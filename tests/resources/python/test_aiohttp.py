# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of an aiohttp application that go on for long, by a server in this process."""
import asyncio
import base64
import functools
import gc
import weakref

import pytest
from hephaestus_service import Service

web = pytest.importorskip("aiohttp.web")
way = pytest.importorskip("hephaestus_service.aiohttp")

WEBSOCKET = ("Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {base64.b64encode(b'x' * 16).decode()}", "Sec-WebSocket-Version: 13")


def while_it_shuts_down(service, handler, begun, fields=()):
    """What a client of the handler gets that has got `begun` when the shutdown is asked for; and the result of that."""
    async def run():
        app = web.Application()
        app.router.add_get("/", handler)
        service.aiohttp(app)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        reader, writer = await asyncio.open_connection(*site._server.sockets[0].getsockname())
        writer.write("\r\n".join(("GET / HTTP/1.1", "Host: localhost", *fields, "", "")).encode())
        answer = await reader.readuntil(begun)
        result = asyncio.wrap_future(service.shutdown.request("immediate"))
        while begun != WHOLE and not reader.at_eof() and not answer.endswith((b"0\r\n\r\n", CLOSED)):
            answer += await asyncio.wait_for(reader.read(4096), 60)
        result = await result
        writer.close()
        for task in handlers:
            task.cancel()  # aiohttp waits a minute for it
        handlers.clear()
        await runner.cleanup()
        return answer, result
    return asyncio.run(run())


CLOSED = b"\x88\x1e\x03\xe9the service is shutting down"  # 1001
WHOLE = b"whole"
handlers = []


async def stream(request, chunk, kind, **options):
    handlers.append(asyncio.current_task())
    response = web.StreamResponse(headers={"Content-Type": kind, **options})
    await response.prepare(request)
    await response.write(chunk)
    await asyncio.sleep(300)


@pytest.mark.parametrize("kind, chunk, told", [("text/event-stream", b"data: 1\n\n", True), ("text/event-stream", b"data: half", False)])
def test_an_event_stream_is_told_and_holds_nobody_up(kind, chunk, told, monkeypatch):
    monkeypatch.setattr(way, "CLOSE_GRACE", 0.05)
    answer, result = while_it_shuts_down(Service("s", code=False), functools.partial(stream, chunk=chunk, kind=kind), chunk)
    assert (b"event: shutdown\ndata: {}\n\n" in answer) is told
    assert answer.endswith(b"0\r\n\r\n")
    assert (result["status"], result["drain"]["completed"], result["drain"]["abandoned"]) == ("shutdown_complete", 1, 0)


@pytest.mark.parametrize("kind, fields", [("application/zip", {}), ("text/event-stream", {"Content-Length": "90"})])
def test_another_stream_is_waited_for_until_the_drain_is_over(kind, fields):
    _, result = while_it_shuts_down(Service("s", drain=0.2, code=False), functools.partial(stream, chunk=WHOLE, kind=kind, **fields), WHOLE)
    assert (result["exit_code"], result["drain"]["abandoned"]) == (4, 1)


@pytest.mark.parametrize("says_goodbye", [False, True])
def test_a_websocket_is_closed_with_1001(says_goodbye, monkeypatch):
    monkeypatch.setattr(way, "CLOSE_GRACE", 0.05 if not says_goodbye else 300)
    service = Service("s", code=False)

    async def echo(request):
        socket = web.WebSocketResponse(timeout=0.05)
        await socket.prepare(request)
        if says_goodbye:
            await service.sleep_async(300)
            await socket.close(code=1001, message=b"the service is shutting down")
        async for _ in socket:
            pass
        return socket

    answer, result = while_it_shuts_down(service, echo, b"\r\n\r\n", WEBSOCKET)
    assert answer.endswith(CLOSED)
    assert (result["status"], result["drain"]["completed"]) == ("shutdown_complete", 1)


def while_it_ends(service, app, asks=True):
    """The result of a shutdown, and what `app["seen"]` has at that moment, and when the server has ended. Without `asks` the server ends
    by itself."""
    async def run():
        service.aiohttp(app)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        result = asyncio.wrap_future(service.shutdown.request("immediate") if asks else service.shutdown.result)
        if not asks:
            await runner.cleanup()
        result = await result
        told = list(app["seen"])
        await runner.cleanup()
        return result, told, app["seen"]
    return asyncio.run(run())


def an_application_that_cleans_up(inner=False):
    app = web.Application()
    seen = app["seen"] = []

    def says(word):
        async def handler(_):
            await asyncio.sleep(0)
            seen.append(word)
        return handler

    async def context(_):
        yield
        await asyncio.sleep(0.01)
        seen.append("context")
    app.cleanup_ctx.append(context)
    app.on_shutdown.append(says("shutdown"))
    app.on_cleanup.append(says("cleanup"))
    if inner:
        part = web.Application()
        part.on_cleanup.append(says("part"))
        app.add_subapp("/part", part)
    return app


@pytest.mark.parametrize("asks", [True, False])
@pytest.mark.parametrize("inner, ends", [(False, ["shutdown", "context", "cleanup"]), (True, ["shutdown", "context", "cleanup", "part"])])
def test_what_the_application_ends_is_done_when_the_shutdown_is_told_complete(inner, ends, asks):
    service = Service("s", code=False)
    result, told, seen = while_it_ends(service, an_application_that_cleans_up(inner), asks)
    assert (told, seen) == (ends, ends)  # each once
    assert result["status"] == "shutdown_complete"
    assert [(step["name"], step["outcome"]) for step in result["steps"]] == [("background tasks", "ok"), ("application", "ok"), ("logs", "ok")]


def test_what_the_application_added_while_it_started_is_told_as_not_done():
    app = an_application_that_cleans_up()

    async def late(_):
        app["seen"].append("late")

    async def starts(_):
        app.on_cleanup.append(late)
    service = Service("s", code=False)
    service.aiohttp(app)
    app.on_startup.append(starts)

    async def run():
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        result = await asyncio.wrap_future(service.shutdown.request("immediate"))
        told = list(app["seen"])
        await runner.cleanup()
        return result, told
    result, told = asyncio.run(run())
    assert (told, app["seen"]) == (["shutdown", "context", "cleanup"], ["shutdown", "context", "cleanup", "late"])
    step = result["steps"][1]
    assert (result["status"], step["outcome"]) == ("shutdown_incomplete", "failed")
    assert step["error"] == "late() of on_cleanup was added while the application started: it runs later"


def fails():
    raise OSError("no disk")


@pytest.mark.parametrize("ends, outcome, error", [(fails, "failed", "no disk"), (None, "timed_out", "still running after 0.1 s")])
def test_a_failure_of_the_applications_end_is_told(ends, outcome, error, monkeypatch):
    monkeypatch.setattr(way, "APPLICATION_TIMEOUT", 0.1)
    app = an_application_that_cleans_up()

    async def ending(_):
        if ends is not None:
            ends()
        await asyncio.sleep(300)
    app.on_shutdown.append(ending)
    result, told, seen = while_it_ends(Service("s", code=False), app)
    assert (result["status"], result["exit_code"]) == ("shutdown_incomplete", 3)
    assert (result["steps"][1]["outcome"], result["steps"][1]["error"]) == (outcome, error)
    assert seen == ["shutdown", "context", "cleanup"]  # what comes after it runs all the same


def test_a_request_that_is_cancelled_otherwise_is_no_answer():
    service, seen = Service("s", code=False), []

    async def handled():
        streams = {}

        async def handler(request):
            asyncio.current_task().cancel()
            await asyncio.sleep(300)
        try:
            await way._handled(None, handler, streams)
        except asyncio.CancelledError:
            seen.append(streams)
    asyncio.run(handled())
    assert (seen, service.in_flight.count) == ([{}], 0)


@pytest.mark.parametrize("is_own", [False, True])
def test_an_answer_that_has_gone_leaves_nothing_to_the_collector_of_garbage(is_own, monkeypatch):
    answers = []
    reply = way._reply
    monkeypatch.setattr(way, "_reply", lambda response: noted(reply(response)))

    def noted(response):
        answers.append(weakref.ref(response))
        return response

    async def handler(_):
        return noted(web.Response(text="hello"))

    async def run():
        app = web.Application()
        app.router.add_get("/", handler)
        service = Service("s", code=False)
        service.aiohttp(app)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        reader, writer = await asyncio.open_connection(*site._server.sockets[0].getsockname())
        for _ in range(3):  # aiohttp keeps the last one until the next comes
            writer.write(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % (b"/health/live" if is_own else b"/"))
            await reader.readuntil(b"}" if is_own else b"hello")
        gone = [answer() is None for answer in answers]
        writer.close()
        await runner.cleanup()
        return gone, service.in_flight.count
    gc.disable()
    try:
        gone, count = asyncio.run(run())
    finally:
        gc.enable()
    assert (gone[:2], len(gone), count) == ([True, True], 3, 0)
