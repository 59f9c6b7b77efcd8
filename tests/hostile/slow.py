# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections that only take a place. One thread keeps them all; the service has to end each of them."""
import collections
import contextlib
import selectors
import socket
import struct
import time

from malformed import HOST, LINE

PIPELINE = (LINE + HOST + b"\r\n") * 200


class Held:
    """One connection; `write` is called whenever it may send, `tick` is the pause between two calls (None: as fast as it can)."""
    tick = None

    def __init__(self, address, rng):
        self.rng, self.next = rng, 0.0
        self.socket = socket.create_connection(address, timeout=5)
        self.socket.setblocking(False)

    def write(self):
        pass


class Silent(Held):
    """Says nothing, or half a request, and waits."""
    tick = 3600

    def write(self):
        self.socket.send(LINE[:self.rng.randrange(1, len(LINE))])


class Drip(Held):
    """One byte at a time."""
    tick = 0.3

    def __init__(self, address, rng):
        super().__init__(address, rng)
        self.left = LINE + HOST + b"Content-Length: 4000\r\n\r\n" + b"x" * 4000

    def write(self):
        self.left = self.left[self.socket.send(self.left[:1]):]


class Flood(Held):
    """Pipelines good requests and never reads an answer."""
    reads = False

    def write(self):
        self.socket.send(PIPELINE)


class Reset(Held):
    """Goes in the middle of a request, with a reset."""
    tick = 0.05

    def write(self):
        self.socket.send(LINE + HOST)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise ConnectionResetError


def hold(address, rng, count, until):
    """Keeps `count` such connections open until that time of time.monotonic(); returns how many of each kind the service ended."""
    ended = collections.Counter()
    waiting = selectors.DefaultSelector()
    held = set()

    def drop(one, by_service):
        if by_service:
            ended[type(one).__name__.lower()] += 1
        with contextlib.suppress(KeyError):
            waiting.unregister(one.socket)
        one.socket.close()
        held.discard(one)

    def write(one):
        try:
            one.write()
        except BlockingIOError:
            pass
        except OSError:
            drop(one, not isinstance(one, Reset))

    while time.monotonic() < until:
        for _ in range(min(50, count - len(held))):
            try:
                one = rng.choice([Silent, Drip, Drip, Flood, Reset])(address, rng)
            except OSError:
                break
            held.add(one)
            reads = getattr(one, "reads", True)
            waiting.register(one.socket, selectors.EVENT_READ if reads else selectors.EVENT_WRITE, one)
        for key, _ in waiting.select(0.05):
            one = key.data
            if not getattr(one, "reads", True):
                write(one)
                continue
            try:
                if not one.socket.recv(65536):
                    drop(one, True)
            except BlockingIOError:
                pass
            except OSError:
                drop(one, True)
        now = time.monotonic()
        for one in [one for one in held if one.tick and one.next <= now]:
            one.next = now + one.tick
            write(one)
    for one in list(held):
        drop(one, False)
    return ended
