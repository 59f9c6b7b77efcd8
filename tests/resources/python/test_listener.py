# SPDX-License-Identifier: GPL-3.0-or-later
"""The package's own listener under clients that take what they can."""
import contextlib
import errno
import os
import socket

import pytest
from hephaestus_service import Service
from hephaestus_service.access import AccessError
from hephaestus_service.listener import MOST_CONNECTIONS, Listener, bind_path

LIVE = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def listener():
    listening = Listener(Service("s"), "127.0.0.1:0")
    listening.start()
    yield listening
    listening.close()


def connected(listener):
    return socket.create_connection(listener.socket.getsockname(), timeout=30)


@pytest.mark.parametrize("begun", [b"", b"GET /health/live HTT", LIVE], ids=["silent", "half a head", "idle after an answer"])
def test_who_only_holds_a_connection_makes_room_for_who_asks(listener, begun):
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(connected(listener)) for _ in range(2 * MOST_CONNECTIONS)]
        for each in held:
            with contextlib.suppress(OSError):  # it has gone already
                each.sendall(begun)
        for _ in range(3):
            asking = stack.enter_context(connected(listener))
            asking.sendall(LIVE)
            assert asking.recv(1 << 16).startswith(b"HTTP/1.1 200 ")


def test_it_accepts_again_when_there_are_descriptors_again(listener, monkeypatch):
    accept, failures = socket.socket.accept, [errno.EMFILE] * 3

    def fails(listening):
        if failures and listening is listener.socket:
            raise OSError(failures.pop(), "no descriptors")
        return accept(listening)
    monkeypatch.setattr(socket.socket, "accept", fails)
    with connected(listener) as asking:
        asking.sendall(LIVE)
        assert asking.recv(1 << 16).startswith(b"HTTP/1.1 200 ")
    assert not failures


@pytest.mark.parametrize("method,has_body", [(b"HEAD", False), (b"GET", True)])
def test_a_refused_head_gets_no_body(listener, method, has_body):
    with connected(listener) as asking:
        asking.sendall(method + b" /health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n")
        answer = b"".join(iter(lambda: asking.recv(1 << 16), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert bool(body) == has_body


def test_a_socket_is_for_its_owner_from_the_start(tmp_path):
    before = os.umask(0)
    try:
        with bind_path(str(tmp_path / "s")):
            assert (tmp_path / "s").stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)


def test_a_socket_is_removed_only_if_nobody_serves_it(tmp_path):
    path = str(tmp_path / "s.sock")
    bind_path(path).close()
    with bind_path(path) as served:  # the one before was left over
        served.listen(0)
        with contextlib.ExitStack() as stack:
            for _ in range(3):  # until its queue is full
                waiting = stack.enter_context(socket.socket(socket.AF_UNIX))
                waiting.setblocking(False)
                waiting.connect_ex(path)
            with pytest.raises(OSError, match="in use"):
                bind_path(path)
    os.unlink(path)
    os.mkfifo(path)
    with pytest.raises((OSError, AccessError)):
        bind_path(path)
