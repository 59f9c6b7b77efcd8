# SPDX-License-Identifier: GPL-3.0-or-later
"""The latest lines of a service's log: in memory for GET /health/logs, and on stderr as one line an event."""
from __future__ import annotations

import json
import logging
import os
import secrets
import sys
import threading
import time
from collections import deque
from datetime import datetime, timezone
from typing import Deque, Dict, List, NamedTuple, Optional, TextIO, Tuple

KNOWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
MOST_BYTES = 1 << 20  # what is kept
PAGE_BYTES = 64 << 10  # what one answer holds unless another limit is asked for


class Line(NamedTuple):
    """`position` counts the lines that came before."""

    position: int
    time: float  # Unix time
    stream: str
    text: str


class LineRing:
    """The latest lines, a megabyte at most. May be used from any thread."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._lines: Deque[Line] = deque()
        self._lock = threading.Lock()
        self._most = most_bytes
        self._held = self._position = 0
        self._id = secrets.token_hex(8)

    @property
    def id(self) -> str:
        """Whose positions these are: another one in each process, also after a fork."""
        return f"{self._id}{os.getpid():x}"

    def add(self, text: str, stream: str = "stderr", when: Optional[float] = None) -> None:
        """Adds a line; one with ends of lines in it is several."""
        with self._lock:
            for each in text.split("\n"):
                size = len(each.encode("utf-8", "replace")) + 1
                self._lines.append(Line(self._position, time.time() if when is None else when, stream, each))
                self._position += 1
                self._held += size
            while self._held > self._most and len(self._lines) > 1:
                self._held -= len(self._lines.popleft().text.encode("utf-8", "replace")) + 1

    def tail(self, count: int, limit: int = PAGE_BYTES) -> Tuple[List[Line], int]:
        """The last `count` lines as far as they fit into `limit` bytes, and the position after them."""
        with self._lock:
            return _fitting(list(self._lines)[-count:] if count > 0 else [], limit, from_end=True), self._position

    def page(self, position: int, limit: int = PAGE_BYTES) -> Tuple[List[Line], int]:
        """The lines from `position` on that fit into `limit` bytes, and the position of the next."""
        with self._lock:
            lines = _fitting([line for line in self._lines if line.position >= position], limit, from_end=False)
            end = lines[-1].position + 1 if lines else self._position
            return lines, end

    def before(self, position: int, limit: int = PAGE_BYTES) -> Tuple[List[Line], int]:
        """The last lines before `position` that fit into `limit` bytes, and the position after them."""
        with self._lock:
            return _fitting([line for line in self._lines if line.position < position], limit, from_end=True), position


def _fitting(lines: List[Line], limit: int, from_end: bool) -> List[Line]:
    room = limit
    fitting: List[Line] = []
    for line in reversed(lines) if from_end else lines:
        room -= len(line.text.encode("utf-8", "replace")) + 1
        if room < 0 and fitting:
            break
        fitting.append(line)
    return fitting[::-1] if from_end else fitting


def as_text(lines: List[Line]) -> bytes:
    return "".join(line.text + "\n" for line in lines).encode("utf-8", "replace")


def as_json_lines(lines: List[Line]) -> bytes:
    """One object a line: time, stream, text, position."""
    return "".join(json.dumps({"time": utc(line.time), "stream": line.stream, "text": line.text, "position": line.position},
                              ensure_ascii=False) + "\n" for line in lines).encode("utf-8", "replace")


def utc(seconds: float) -> str:
    """ISO 8601 in UTC with milliseconds and a Z."""
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds")[:23] + "Z"


class EventFormatter(logging.Formatter):
    """One line an event: as text, or as a JSON object with the fields given as `extra`."""

    def __init__(self, as_json: bool = False) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if record.exc_info:
            message += "\n" + self.formatException(record.exc_info)
        extra = {name: value for name, value in vars(record).items() if name not in KNOWN}
        if self._as_json:
            event: Dict[str, object] = {"time": utc(record.created), "level": record.levelname.lower(), "logger": record.name,
                                        "message": message, **extra}
            return json.dumps(event, default=str, ensure_ascii=False)
        fields = "".join(f" {name}={value!r}" for name, value in extra.items())
        return f"{utc(record.created)} {record.levelname.lower()} {record.name}: " + (message + fields).replace("\n", "\\n")


class RingHandler(logging.Handler):
    """Puts every event into a ring."""

    def __init__(self, ring: LineRing) -> None:
        super().__init__()
        self._ring = ring
        self.setFormatter(EventFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._ring.add(self.format(record), when=record.created)
        except Exception:  # noqa: BLE001: logging's own rule
            self.handleError(record)


def set_up(ring: LineRing, as_json: bool, level: int, stream: Optional[TextIO] = None) -> None:
    """The root logger writes to `stream` (stderr) and to the ring, one line an event; servers' loggers join it."""
    root = logging.getLogger()
    output = logging.StreamHandler(stream or sys.stderr)
    output.setFormatter(EventFormatter(as_json))
    root.handlers = [output, RingHandler(ring)]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "hypercorn.error", "hypercorn.access", "gunicorn.error",
                 "gunicorn.access", "aiohttp.access", "waitress"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
