# SPDX-License-Identifier: GPL-3.0-or-later
"""How many connections are open to the addresses a service was reached at, of all its workers: as its servers count them, or else from
/proc/net (proc(5))."""
from __future__ import annotations

import threading
import time
from typing import Callable, List, Set

OPEN = ("01", "08")  # ESTABLISHED, and CLOSE_WAIT: the peer has closed, and the server has not
CONNECTED = "03"  # of a Unix-domain socket
LONGEST = 0.5  # seconds that a count from tables is told
SHARE = 0.05  # of the time, that may be spent on reading tables: they have all connections of the machine


class Connections:
    """Learns the addresses from the requests that come. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ports: Set[str] = set()  # as /proc/net/tcp writes them
        self._paths: Set[str] = set()
        self._counters: List[Callable[[], int]] = []
        self._newcomers: List[Callable[[], int]] = []
        self._counted: Set[str] = set()  # ports and paths that a counter covers
        self._from_tables = 0
        self._valid_until = 0.0  # monotonic

    def counted_by(self, counter: Callable[[], int], newcomers: Callable[[], int], address: str) -> None:
        """A server that knows its connections, and how many of them have not asked anything yet: at a port, as decimal digits, or a
        path."""
        with self._lock:
            self._counters.append(counter)
            self._newcomers.append(newcomers)
            self._counted.add(f"{int(address):04X}" if address.isdigit() else address)

    def newcomers(self) -> int:
        """Connections whose first request has not come yet, where a server tells."""
        return sum(count() for count in self._newcomers)

    def reached_port(self, port: int) -> None:
        self._reached(self._ports, f"{port:04X}")

    def reached_path(self, path: str) -> None:
        self._reached(self._paths, path)

    def _reached(self, known: Set[str], address: str) -> None:
        if address in known or address in self._counted:
            return
        with self._lock:
            known.add(address)
            self._valid_until = 0.0

    def count(self) -> int:
        if self._ports or self._paths:
            self._count_from_tables()
        return self._from_tables + sum([counter() for counter in self._counters])

    def _count_from_tables(self) -> None:
        with self._lock:
            now = time.monotonic()
            if now >= self._valid_until:
                self._from_tables = _count(self._ports, self._paths)
                self._valid_until = now + min((time.monotonic() - now) / SHARE, LONGEST)


def _count(ports: Set[str], paths: Set[str]) -> int:
    count = 0
    for table in ("tcp", "tcp6") if ports else ():
        for columns in _lines(table):
            if len(columns) > 3 and columns[3] in OPEN and columns[1].rpartition(":")[2] in ports:
                count += 1
    for columns in _lines("unix") if paths else ():
        if len(columns) > 7 and columns[5] == CONNECTED and columns[7] in paths:
            count += 1
    return count


def _lines(table: str) -> "list[list[str]]":
    try:
        with open(f"/proc/self/net/{table}", encoding="utf-8", errors="surrogateescape") as lines:
            return [line.split() for line in lines][1:]
    except OSError:
        return []
