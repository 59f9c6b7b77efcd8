# SPDX-License-Identifier: GPL-3.0-or-later
"""How answers that go on for long are told of a shutdown, whatever the server: event streams by an event, websockets by their close."""
from __future__ import annotations

GOODBYE = b"event: shutdown\ndata: {}\n\n"
CLOSE_GRACE = 1.0  # seconds in which a stream or a websocket may end by itself, before it is ended
GOING_AWAY, REASON = 1001, "the service is shutting down"  # of a websocket's close


def is_event_stream(content_type: str) -> bool:
    return content_type.split(";")[0].strip().lower() == "text/event-stream"


class Events:
    """Where an event stream is: between two events, where one of one's own may be said, or within one, as it may come in parts."""

    def __init__(self) -> None:
        self._tail = b""

    def add(self, part: bytes) -> None:
        self._tail = (self._tail + part[-4:])[-4:]

    @property
    def are_whole(self) -> bool:
        return not self._tail or self._tail.endswith((b"\n\n", b"\r\n\r\n", b"\r\r"))
