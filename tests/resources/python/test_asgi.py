# SPDX-License-Identifier: GPL-3.0-or-later
"""The middleware, driven by hand as a server would."""
import asyncio
import gc
import json
from types import SimpleNamespace

import pytest
from hephaestus_service import HephaestusMiddleware, Service
from hephaestus_service import asgi, service as service_module
from hephaestus_service.restart import Restart


def scope_of(path, method="GET", kind="http", fields=()):
    return {"type": kind, "method": method, "path": path, "query_string": b"", "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 4),
            "headers": [(b"host", b"127.0.0.1:8000"), *fields]}


class Server:
    """Takes what the application sends."""

    def __init__(self):
        self.sent = []

    async def receive(self):
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message):
        self.sent.append(message)

    @property
    def status(self):
        return next(each["status"] for each in self.sent if each["type"] == "http.response.start")

    @property
    def body(self):
        return b"".join(each.get("body", b"") for each in self.sent if each["type"] == "http.response.body")


async def hello(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})


def ask(service, path, app=hello, **options):
    async def run():
        server = Server()
        await HephaestusMiddleware(app, service)(scope_of(path, **options), server.receive, server.send)
        return server
    return asyncio.run(run())


def test_the_application_answers_for_its_own_paths_and_the_service_for_the_protocols():
    service = Service("orders", "2.1")
    assert ask(service, "/").body == b"hello"
    assert ask(service, "/healthy").body == b"hello"
    assert json.loads(ask(service, "/health/live").body)["service"] == "orders"
    assert ask(service, "/health/live", method="HEAD").body == b""
    assert ask(service, "/health/nothing").status == 404


def test_a_status_has_what_changed_in_the_same_millisecond(monkeypatch):
    service = Service("s", code=False)
    dependency = service.dependency("database")
    monkeypatch.setattr(service_module, "time", SimpleNamespace(monotonic=lambda: 1e9))
    before = service.detailed_body()
    for change in (dependency.success, dependency.success, lambda: dependency.failure("gone"), lambda: dependency.detail(pool_size=5),
                   lambda: service.dependency("other"), service.in_flight.begin, service.tasks.running.begin,
                   lambda: service.connections.counted_by(lambda: 7, lambda: 0, "80"), lambda: service.set_restart(Restart({}))):
        assert service.detailed_body() == before
        change()
        assert service.detailed_body() != before
        before = service.detailed_body()
    service.shutdown.request("scheduled", 3600)
    assert b'"should_shutdown":true' in service.detailed_body()  # what it tells of the notice has times of its own
    service.shutdown.cancel()
    before = service.detailed_body()
    assert b'"should_shutdown":false' in before
    assert service.detailed_body() is before
    monkeypatch.setattr(service_module, "time", SimpleNamespace(monotonic=lambda: 1e9 + 0.001))
    assert service.detailed_body() != before


def test_a_program_may_keep_its_own_metrics():
    assert ask(Service("s", metrics=False), "/metrics").body == b"hello"
    assert b"hephaestus_service_info" in ask(Service("s"), "/metrics").body


@pytest.mark.parametrize("accept, is_open", [
    ("text/plain", False), ("application/openmetrics-text; version=1.0.0, text/plain;version=0.0.4;q=0.5", True),
    ("application/openmetrics-text;version=1.0.0;q=0", False), ("application/openmetrics-text;version=0.0.1", False), (";q=x,,", False)])
def test_metrics_come_in_the_format_that_is_accepted(accept, is_open):
    service = Service("s", "2.1")
    service.dependency("database").checked(0.3)
    answer = ask(service, "/metrics", fields=[(b"accept", accept.encode())])
    fields = dict(next(each["headers"] for each in answer.sent if each["type"] == "http.response.start"))
    assert fields[b"vary"] == b"Accept"
    assert fields[b"content-type"].startswith(b"application/openmetrics-text; version=1.0.0" if is_open else b"text/plain; version=0.0.4")
    assert answer.body.endswith(b"\n# EOF\n") is is_open
    text = answer.body.decode()
    assert ("# TYPE hephaestus_service info\n" in text) is is_open
    assert 'hephaestus_dependency_duration_seconds_bucket{dependency="database",le="0.1"} 0\n' in text
    assert 'hephaestus_dependency_duration_seconds_bucket{dependency="database",le="0.5"} 1\n' in text
    assert 'hephaestus_build_info{version="2.1",commit="' in text
    if is_open:
        families = list(pytest.importorskip("prometheus_client.openmetrics.parser").text_string_to_metric_families(text))
        assert {"hephaestus_service", "hephaestus_dependency_duration_seconds"} <= {each.name for each in families}


def test_the_drain_is_timed():
    service = Service("s")
    assert b"hephaestus_drain_seconds" not in ask(service, "/metrics").body
    service.shutdown.request("immediate").result(10)
    assert b"\nhephaestus_drain_seconds " in ask(service, "/metrics").body


class Lifespan:
    """An application with a lifespan, and the server's side of it."""

    def __init__(self, startup="complete", shutdown="complete"):
        self.events, self.startup, self.shutdown = [], startup, shutdown

    async def app(self, scope, receive, send):
        assert scope["type"] == "lifespan"
        assert (await receive())["type"] == "lifespan.startup"
        self.events.append("startup")
        await send({"type": "lifespan.startup." + self.startup, "message": "no pool"})
        assert (await receive())["type"] == "lifespan.shutdown"
        self.events.append("shutdown")
        await send({"type": "lifespan.shutdown." + self.shutdown, "message": "no end"})

    def serve(self, service, app=None, shut_down=lambda: None):
        async def run():
            to_app, sent = asyncio.Queue(), asyncio.Queue()
            task = asyncio.ensure_future(HephaestusMiddleware(app or self.app, service)({"type": "lifespan"}, to_app.get, sent.put))
            await to_app.put({"type": "lifespan.startup"})
            first = await sent.get()
            if first["type"] == "lifespan.startup.complete":
                shut_down()
                await to_app.put({"type": "lifespan.shutdown"})
                first = first, await sent.get()
            await task
            return first
        return asyncio.run(run())


def test_the_applications_own_start_and_end_run_and_the_end_is_a_step():
    service, lifespan = Service("s"), Lifespan()
    answers = lifespan.serve(service)
    assert [each["type"] for each in answers] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert lifespan.events == ["startup", "shutdown"]
    assert ("application", "ok") in [(step.name, step.outcome) for step in service.shutdown.steps]


def test_an_application_that_does_not_start_is_never_healthy():
    service, lifespan = Service("s"), Lifespan(startup="failed")
    assert lifespan.serve(service)["type"] == "lifespan.startup.failed"
    assert not service.shutdown.is_running


def test_an_application_that_says_that_it_does_not_start_and_raises_is_told_of_once():
    problems = []

    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no pool"})
        raise OSError("no pool")

    async def run():
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: problems.append(context["message"]))
        to_app, sent = asyncio.Queue(), asyncio.Queue()
        await to_app.put({"type": "lifespan.startup"})
        await HephaestusMiddleware(app, Service("s"))({"type": "lifespan"}, to_app.get, sent.put)
        assert (await sent.get())["type"] == "lifespan.startup.failed"
        await asyncio.sleep(0)
        gc.collect()
    asyncio.run(run())
    gc.collect()
    assert problems == []


def test_an_application_that_does_not_end_well_is_told_in_the_result():
    service, lifespan = Service("s"), Lifespan(shutdown="failed")
    lifespan.serve(service, shut_down=lambda: service.shutdown.request("immediate"))
    result = service.shutdown.result.result(60)
    assert (result["exit_code"], [each["error"] for each in result["steps"] if each["name"] == "application"]) == (3, ["no end"])


def test_an_application_that_gives_up_at_its_end_has_not_run_into_the_deadline():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        raise TimeoutError("no answer")
    service = Service("s", code=False)
    Lifespan().serve(service, app, shut_down=lambda: service.shutdown.request("immediate"))
    steps = [(step["outcome"], step["error"]) for step in service.shutdown.result.result(60)["steps"] if step["name"] == "application"]
    assert steps == [("failed", "no answer")]


@pytest.mark.parametrize("app", [hello, asgi._nothing])
def test_an_application_without_lifespan_is_served_all_the_same(app):
    service = Service("s")
    answers = Lifespan().serve(service, app)
    assert [each["type"] for each in answers] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def stream(service, kind, chunks, monkeypatch, fields=()):
    """Serves a stream that goes on until it is ended, shuts down meanwhile, and returns what was sent."""
    monkeypatch.setattr(asgi, "CLOSE_GRACE", 0.05)

    async def endless(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [*fields, (b"Content-Type", kind)]})
        for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await asyncio.sleep(300)

    async def run():
        server = Server()
        middleware = HephaestusMiddleware(endless, service)
        task = asyncio.ensure_future(middleware(scope_of("/sse"), server.receive, server.send))
        while len(server.sent) < 1 + len(chunks):
            await asyncio.sleep(0.001)
        result = await asyncio.wrap_future(service.shutdown.request("immediate"))
        if not task.done():
            task.cancel()
        await asyncio.wait([task])
        return server, result
    return asyncio.run(run())


@pytest.mark.parametrize("kind, chunks, told", [
    (b"text/event-stream", [b"data: 1\n\n"], b"data: 1\n\nevent: shutdown\ndata: {}\n\n"),
    (b"text/event-stream; charset=utf-8", [], b"event: shutdown\ndata: {}\n\n"),
    (b"text/event-stream", [b"data: 1\n", b"\n"], b"data: 1\n\nevent: shutdown\ndata: {}\n\n"),
    (b"Text/Event-Stream", [b"data: half"], b"data: half")])
def test_an_event_stream_is_told_and_holds_nobody_up(kind, chunks, told, monkeypatch):
    server, result = stream(Service("s"), kind, chunks, monkeypatch)
    assert server.body == told
    assert server.sent[-1].get("more_body", False) is False
    assert (result["status"], result["drain"]["completed"]) == ("shutdown_complete", 1)


def test_a_download_is_waited_for_until_the_drain_is_over(monkeypatch):
    server, result = stream(Service("s", drain=0.2), b"application/zip", [b"part"], monkeypatch)
    assert server.body == b"part"
    assert (result["exit_code"], result["drain"]["abandoned"]) == (4, 1)


@pytest.mark.parametrize("name", [b"content-length", b"Content-Length"])
def test_nothing_is_added_to_an_event_stream_of_a_given_length(name, monkeypatch):
    server, result = stream(Service("s", drain=0.2), b"text/event-stream", [b"data: 1\n\n"], monkeypatch, [(name, b"18")])
    assert server.body == b"data: 1\n\n"
    assert result["drain"]["abandoned"] == 1


def test_a_websocket_is_closed_with_1001(monkeypatch):
    monkeypatch.setattr(asgi, "CLOSE_GRACE", 0.05)
    service = Service("s")

    async def run():
        sent, closed = [], asyncio.Event()

        async def receive():
            await closed.wait()
            return {"type": "websocket.disconnect", "code": 1001}

        async def send(message):
            sent.append(message)
            if message["type"] == "websocket.close":
                closed.set()

        async def app(scope, receive, send):
            await send({"type": "websocket.accept"})
            assert (await receive())["type"] == "websocket.disconnect"

        task = asyncio.ensure_future(HephaestusMiddleware(app, service)(scope_of("/ws", kind="websocket"), receive, send))
        while not sent:
            await asyncio.sleep(0.001)
        assert service.in_flight.count == 1
        result = await asyncio.wrap_future(service.shutdown.request("immediate"))
        await task
        return sent, result
    sent, result = asyncio.run(run())
    assert [each.get("code") for each in sent] == [None, 1001]
    assert result["status"] == "shutdown_complete"


def test_new_work_is_refused_while_it_drains():
    service = Service("s")
    service.shutdown.request("immediate").result(60)
    refused = ask(service, "/")
    fields = dict(refused.sent[0]["headers"])
    assert (refused.status, fields[b"connection"], fields[b"retry-after"]) == (503, b"close", b"5")
    assert json.loads(refused.body)["error"]["code"] == "shutting_down"
    assert json.loads(ask(service, "/health/live").body)["status"] == "shutting_down"


class Shown(Server):
    """A server that shows its transport and that the request has no body, as uvicorn."""

    more_body = False
    body = b"?"  # so that it is read

    def __init__(self, reached=("127.0.0.1", 8000)):
        super().__init__()
        self.transport = self
        self._reached, self.was_read = reached, False

    def get_extra_info(self, name):
        return self._reached if name == "sockname" else None

    async def receive(self):
        self.was_read = True
        return await super().receive()


class Bodyless(Shown):
    body = b""


def read(service, server, path, host):
    scope = {**scope_of(path), "headers": [(b"host", host)]}
    asyncio.run(HephaestusMiddleware(hello, service)(scope, server.receive, server.send))
    body = b"".join(each.get("body", b"") for each in server.sent)
    fields = dict(server.sent[0]["headers"])
    assert fields[b"content-length"] == b"%d" % len(body)
    return server.status, json.loads(body), {name: value for name, value in fields.items() if name != b"content-length"}


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/status"])
@pytest.mark.parametrize("host, status", [(b"localhost:8000", 200), (b"127.0.0.1", 200), (b"evil.example", 403)])
def test_a_server_that_shows_its_transport_is_answered_alike(path, host, status):
    service = Service("orders", "2.1", code=False)
    with service.dependency("database", pool_size=5).call():
        pass
    servers = Bodyless(), Shown()
    quick, other = (read(service, server, path, host) for server in servers)
    assert [server.was_read for server in servers] == [status != 200, True]
    assert (quick[0], quick[2]) == (status, other[2]) and other[0] == status
    assert list(quick[1]) == list(other[1])
    if status == 200:
        assert [quick[1][name] for name in ("status", "service", "instance_id")] == ["healthy", "orders", service.instance_id]


def test_a_host_that_may_read_at_one_address_may_not_at_each():
    service = Service("s")
    assert read(service, Bodyless(("192.0.2.1", 8000)), "/health/live", b"shop.example")[0] == 200  # not loopback: any name
    assert read(service, Bodyless(), "/health/live", b"shop.example")[0] == 403


class ShutDownBefore(list):
    """Requests in flight, before each of which a drain begins, and ends."""

    def __init__(self, service):
        super().__init__()
        self.service = service

    def append(self, item):
        self.service.shutdown.request("immediate").result(60)
        super().append(item)


@pytest.mark.parametrize("requests_before", [0, 1, 3])  # the first ones are looked at more closely
def test_a_request_that_comes_as_a_drain_begins_is_never_served_after_it(requests_before):
    service, statuses = Service("s"), []
    middleware = HephaestusMiddleware(hello, service)

    async def run():
        for left in range(requests_before, -1, -1):
            if left == 0:
                service.in_flight.work = ShutDownBefore(service)
            server = Server()
            await middleware(scope_of("/"), server.receive, server.send)
            statuses.append(server.status)
    asyncio.run(run())
    assert statuses == [200] * requests_before + [503]
    assert (service.in_flight.count, service.shutdown.result.result(0)["drain"]["completed"]) == (0, 0)


def test_one_that_is_made_by_the_first_request_further_in_counts_nothing():
    service, seen = Service("s"), []
    inners = []

    async def count(scope, receive, send):
        seen.append(service.in_flight.count)
        await hello(scope, receive, send)

    async def app(scope, receive, send):  # as Starlette, which makes its middlewares when it is asked first
        if not inners:
            inners.append(HephaestusMiddleware(count, service))
        await inners[0](scope, receive, send)

    async def run():
        outer = HephaestusMiddleware(app, service)
        for _ in range(4):
            server = Server()
            await outer(scope_of("/"), server.receive, server.send)
    asyncio.run(run())
    assert seen == [1] * 4


def test_an_application_that_has_the_middleware_already_may_be_served_with_it_again():
    service, seen = Service("s"), []

    async def app(scope, receive, send):
        seen.append(service.in_flight.count)
        await hello(scope, receive, send)

    assert ask(service, "/", HephaestusMiddleware(app, service)).body == b"hello"
    assert seen == [1]
    subject = Lifespan()
    inner = HephaestusMiddleware(subject.app, service)
    _, last = subject.serve(service, inner, lambda: service.shutdown.request("immediate"))
    result = service.shutdown.result.result(60)
    assert (last["type"], subject.events) == ("lifespan.shutdown.complete", ["startup", "shutdown"])
    assert [step["outcome"] for step in result["steps"] if step["name"] == "application"] == ["ok"]
