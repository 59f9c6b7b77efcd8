# SPDX-License-Identifier: GPL-3.0-or-later
"""How many connections are open to the addresses a service was reached at, of all its workers: from /proc/net (proc(5))."""
from __future__ import annotations

import threading
from typing import Set

OPEN = ("01", "08")  # ESTABLISHED, and CLOSE_WAIT: the peer has closed, and the server has not
CONNECTED = "03"  # of a Unix-domain socket


class Connections:
    """Learns the addresses from the requests that come. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ports: Set[str] = set()  # as /proc/net/tcp writes them
        self._paths: Set[str] = set()

    def reached_port(self, port: int) -> None:
        with self._lock:
            self._ports.add(f"{port:04X}")

    def reached_path(self, path: str) -> None:
        with self._lock:
            self._paths.add(path)

    def count(self) -> int:
        with self._lock:
            ports, paths = set(self._ports), set(self._paths)
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
