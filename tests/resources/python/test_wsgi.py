# SPDX-License-Identifier: GPL-3.0-or-later
"""The WSGI middleware, driven by hand as a server would."""
import io
import json

import pytest
from hephaestus_service import Service, wsgi


def ask(middleware, path, method="GET", **more):
    environment = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000",
                   "HTTP_HOST": "127.0.0.1:8000", "wsgi.input": io.BytesIO(), **more}
    seen = {}

    def start_response(status, fields, exc_info=None):
        seen.update(status=status, fields=dict(fields))
    return middleware(environment, start_response), seen


def hello(environment, start_response):
    if environment["PATH_INFO"] == "/fails":
        raise OSError("no")
    start_response("200 OK", [])
    return [b"hello"]


def test_a_request_is_in_flight_until_its_body_is_closed():
    service = Service("s")
    body, seen = ask(service.wsgi(hello), "/")
    assert (list(body), seen["status"], service.in_flight.count) == ([b"hello"], "200 OK", 1)
    body.close()
    body.close()
    assert service.in_flight.count == 0


def test_one_that_raises_is_over():
    service = Service("s")
    with pytest.raises(OSError):
        ask(service.wsgi(hello), "/fails")
    assert service.in_flight.count == 0


EVENT, TOLD = b"data: 1\n\n", b"event: shutdown\ndata: {}\n\n"


@pytest.mark.parametrize("fields, chunks, rest", [
    ([("Content-Type", "text/event-stream; charset=utf-8")], [EVENT], [TOLD, EVENT]),
    ([("Content-Type", "text/event-stream")], [b"data: 1\n", b"\n"], [TOLD, b"data: 1\n", b"\n"]),
    ([("Content-Type", "application/zip")], [EVENT], [EVENT] * 49),
    ([("Content-Type", "text/event-stream"), ("Content-Length", "450")], [EVENT], [EVENT] * 49),
])
def test_an_event_stream_is_told_and_ended(fields, chunks, rest, monkeypatch):
    """Others go on until they end."""
    monkeypatch.setattr(wsgi, "CLOSE_GRACE", 0.0)
    service, ended = Service("s"), []

    def stream(environment, start_response):
        start_response("200 OK", fields)
        try:
            for _ in range(50):
                yield from chunks
        finally:
            ended.append(True)

    body, _ = ask(service.wsgi(stream), "/sse")
    parts = iter(body)
    whole = [next(parts) for _ in range(len(chunks))]
    assert b"".join(whole) == b"".join(chunks)
    result = service.shutdown.request("immediate")
    service.shutdown.stopping.wait(60)
    assert list(parts) == rest
    body.close()
    assert ended == [True]
    assert result.result(60)["drain"]["completed"] == 1


class ShutDownBefore(list):
    """Requests in flight, before each of which a drain begins, and ends."""

    def append(self, item):
        self.service.shutdown.request("immediate").result(60)
        super().append(item)


def test_a_request_that_comes_as_a_drain_begins_is_never_served_after_it():
    service = Service("s")
    middleware = service.wsgi(hello)
    service.in_flight.work = ShutDownBefore()
    service.in_flight.work.service = service
    assert ask(middleware, "/")[1]["status"] == "503 Service Unavailable"
    assert service.in_flight.count == 0


def test_the_protocols_paths_are_the_services():
    service = Service("orders")
    body, seen = ask(service.wsgi(hello), "/health/live")
    assert json.loads(b"".join(body))["service"] == "orders"
    assert seen["status"] == "200 OK"
    body, seen = ask(service.wsgi(hello), "/health/live", "HEAD")
    assert (list(body), seen["fields"]["Content-Length"]) == ([], seen["fields"]["Content-Length"])


def test_new_work_is_refused_while_it_drains():
    service = Service("s")
    middleware = service.wsgi(hello)
    service.shutdown.request("immediate").result(60)
    body, seen = ask(middleware, "/")
    assert seen["status"] == "503 Service Unavailable"
    assert json.loads(b"".join(body))["error"]["code"] == "shutting_down"
