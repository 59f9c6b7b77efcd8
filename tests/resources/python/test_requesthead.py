# SPDX-License-Identifier: GPL-3.0-or-later
import pytest
from hephaestus_service.requesthead import LONGEST_TARGET, BadRequest, parse

LINE = b"POST /health/shutdown?x=%2F HTTP/1.1\r\n"
HOST = b"Host: localhost:8000\r\n"


@pytest.mark.parametrize("head, method, target, length, keeps_alive", [
    (LINE + HOST + b"X: y", "POST", "/health/shutdown?x=%2F", 0, True),
    (LINE + HOST + b"Content-Length: 5", "POST", "/health/shutdown?x=%2F", 5, True),
    (LINE + HOST + b"Connection: Keep-Alive, Close", "POST", "/health/shutdown?x=%2F", 0, False),
    (b"GET / HTTP/1.1\r\nHost:\t[::1]:80 ", "GET", "/", 0, True),
    (b"GET / HTTP/1.0", "GET", "/", 0, False),
    (b"GET / HTTP/1.1\r\nhost: a\r\nX:", "GET", "/", 0, True),
    (b"GET / HTTP/1.1\r\nhost: a\r\nX: \xe4 b\tc", "GET", "/", 0, True),
    (b"GET / HTTP/1.1\r\nhost: a\r\nExpect: 100-Continue", "GET", "/", 0, True)])
def test_a_head_is_read(head, method, target, length, keeps_alive):
    read = parse(head)
    assert (read.method, read.target, read.length, read.keeps_alive) == (method, target, length, keeps_alive)


@pytest.mark.parametrize("head, code", [
    (b"", "bad_request"), (b"GET /", "bad_request"), (b"GET  / HTTP/1.1", "bad_request"), (b"GET /a b HTTP/1.1", "bad_request"),
    (b"GET / HTTP/2.0", "bad_request"), (b"GET / http/1.1", "bad_request"), (b"GET http://a/ HTTP/1.1", "bad_request"),
    (b"GET /%4 HTTP/1.1", "bad_request"), (b"GET /#x HTTP/1.1", "bad_request"), (b"GET /\xff HTTP/1.1", "bad_request"),
    (b"GET / HTTP/1.1\n" + HOST, "bad_request"), (b"G\x00T / HTTP/1.1", "bad_request"),
    (b"GET /" + b"a" * LONGEST_TARGET + b" HTTP/1.1", "uri_too_long"),
    (LINE + b"X: y\r\n" * 100 + b"Host: a", "head_too_large"),
    (LINE + HOST + b"X", "bad_field"), (LINE + HOST + b": x", "bad_field"), (LINE + HOST + b"X : y", "bad_field"),
    (LINE + HOST + b"X: y\r\n z", "bad_field"), (LINE + HOST + b" X: y", "bad_field"), (LINE + HOST + b"X: a\nY: b", "bad_field"),
    (LINE + HOST + b"X: a\x18", "bad_field"), (LINE + HOST + b"X: a\x7fb", "bad_field"), (LINE + HOST + b"X: a\rb", "bad_field"),
    (LINE + b"X: y", "missing_host"), (LINE + HOST + b"Host: a", "duplicate_host"), (LINE + b"Host: a b", "bad_host"),
    (LINE + b"Host: me@a", "bad_host"), (LINE + b"Host: a:x", "bad_host"), (LINE + b"Host: [::1", "bad_host"), (LINE + b"Host:", "bad_host"),
    (LINE + HOST + b"Content-Length: 5\r\nContent-Length: 5", "bad_framing"), (LINE + HOST + b"Content-Length: +5", "bad_framing"),
    (LINE + HOST + b"Content-Length: 5, 5", "bad_framing"), (LINE + HOST + b"Content-Length: 1e3", "bad_framing"),
    (LINE + HOST + b"Content-Length: \xb2", "bad_framing"), (LINE + HOST + b"Content-Length:", "bad_framing"),
    (LINE + HOST + b"Content-Length: 0\r\nTransfer-Encoding: chunked", "bad_framing"), (LINE + HOST + b"Transfer-Encoding: x", "bad_framing"),
    (LINE + HOST + b"Upgrade: websocket", "upgrade_not_supported"), (LINE + HOST + b"Expect: the worst", "expectation_failed")],
    ids=lambda value: str(value)[:60])
def test_what_two_servers_could_read_in_two_ways_is_refused(head, code):
    with pytest.raises(BadRequest) as refused:
        parse(head)
    assert refused.value.refusal.code == code
