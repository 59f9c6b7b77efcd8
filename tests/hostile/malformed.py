# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that no careful server accepts, by a seeded generator: the same seed gives the same ones."""

HOST = b"Host: localhost\r\n"
LINE = b"GET /health/live HTTP/1.1\r\n"
SECOND = LINE + HOST + b"\r\n"  # what a server that misread the first request's end would answer too


def _with(field):
    return LINE + HOST + field + b"\r\n\r\n"


def two_lengths(r):
    a, b = r.randrange(60), r.randrange(60)
    return _with(b"Content-Length: %d\r\n%s: %d" % (a, r.choice([b"Content-Length", b"content-length"]), b)) + SECOND


def length_and_chunks(r):
    fields = [b"Content-Length: %d" % r.randrange(90), b"Transfer-Encoding: chunked"]
    r.shuffle(fields)
    return _with(b"\r\n".join(fields)) + b"0\r\n\r\n" + SECOND


def bad_length(r):
    value = r.choice([b"abc", b"-1", b"+1", b"0x10", b"", b"1 1", b"1, 1", b"\x0b5", b"5\x0c", b"5\r", b"18446744073709551615", b"1e3"])
    return _with(b"Content-Length: " + value) + SECOND


def bad_encoding(r):
    value = r.choice([b"xchunked", b"chunked, chunked", b"gzip, chunked", b"identity", b"\x0bchunked", b"chunked\x0c", b'"chunked"', b""])
    return _with(b"Transfer-Encoding: " + value) + b"0\r\n\r\n" + SECOND


def bad_chunk(r):
    chunk = r.choice([b"zz\r\n", b"-1\r\n", b"0x3\r\nabc\r\n", b"3\r\nabcd\r\n", b"3\nabc\n", b"3 \r\nabc\r\n", b"\r\n", b"3\r\nabc0\r\n",
                      b"ffffffffffffffff\r\n", b"10000000000000003\r\nabc\r\n", b"3;\x00\r\nabc\r\n", b"3\r\nabc\r\n" * r.randrange(1, 4) + b"g\r\n"])
    return _with(b"Transfer-Encoding: chunked") + chunk + b"0\r\n\r\n" + SECOND


def bare_line_feed(r):
    lines = (LINE + HOST + b"X: y\r\n\r\n").split(b"\r\n")
    at = r.randrange(len(lines) - 2)
    return b"".join(line + (b"\n" if i == at else b"\r\n") for i, line in enumerate(lines[:-1])) + SECOND


def control_character(r):
    bad = bytes([r.choice([c for c in range(32) if c not in (9, 10)] + [127])])
    return r.choice([LINE + HOST + b"X: a" + bad + b"b\r\n\r\n", LINE + HOST + b"X: a" + bad + b"\r\n\r\n",
                     LINE + HOST + b"X" + bad + b": a\r\n\r\n", b"GET /" + bad + b" HTTP/1.1\r\n" + HOST + b"\r\n"])


def bad_host(r):
    hosts = r.choice([b"", HOST + HOST, b"Host: a b\r\n", b"Host: a, b\r\n", b"Host: me@a\r\n", b"Host:\r\n", b"Host: a:x\r\n", b"Host: [::1\r\n"])
    return LINE + hosts + b"\r\n" + SECOND


def bad_field(r):
    return _with(r.choice([b"X", b": x", b"X : y", b"X: y\r\n z", b" X: y", b"X(: y", b"X\xe4: y"])) + SECOND


def bad_line(r):
    return r.choice([b"GET /\r\n", b"GET  / HTTP/1.1\r\n", b"GET /a b HTTP/1.1\r\n", b" GET / HTTP/1.1\r\n", b"GET / http/1.1\r\n", b"GET / HTTP/1.11\r\n",
                     b"GET health HTTP/1.1\r\n", b"GET /%4 HTTP/1.1\r\n", b"GET /#x HTTP/1.1\r\n", b"GET /\xff HTTP/1.1\r\n", b"G\xe4T / HTTP/1.1\r\n",
                     b"GET / HTTP/2.0\r\n", b"GET / HTTP/0.9\r\n", b"GET http://other/ HTTP/1.1\r\n"]) + HOST + b"\r\n" + SECOND


def too_large(r):
    return r.choice([lambda: LINE + HOST + b"X: " + b"y" * r.randrange(17_000, 40_000) + b"\r\n\r\n",
                     lambda: LINE + HOST + b"X: y\r\n" * r.randrange(101, 400) + b"\r\n",
                     lambda: b"GET /" + b"a" * r.randrange(8_300, 15_000) + b" HTTP/1.1\r\n" + HOST + b"\r\n",
                     lambda: _with(b"Content-Length: %d" % r.randrange(70_000, 10**12))])()


def endless_fields(r):
    return LINE + HOST + b"X: y\r\n" * r.randrange(3_000, 6_000)  # and no end


def half_request(r):
    whole = LINE + HOST + b"Content-Length: 5\r\n\r\nab"
    return whole[:r.randrange(1, len(whole))]  # then the client sends its FIN


def unserved(r):
    return _with(r.choice([b"Upgrade: websocket\r\nConnection: Upgrade", b"Expect: the worst"])) + SECOND


def noise(r):
    return bytes([r.choice([0, 1, 0x16, 0x80, 0xff])]) + r.randbytes(r.randrange(1, 400)) + b"\r\n\r\n" + SECOND


KINDS = [two_lengths, length_and_chunks, bad_length, bad_encoding, bad_chunk, bare_line_feed, control_character, bad_host, bad_field, bad_line,
         too_large, endless_fields, half_request, unserved, noise]
