# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGTERM and SIGINT run the shutdown first, and then do what they did before."""
from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from types import FrameType
from typing import Any, Callable, Dict, Optional

from . import process
from .workers import master_pid

NUMBERS = (signal.SIGTERM, signal.SIGINT)
SECOND_AFTER = 0.2  # a signal that comes sooner is taken for the same one


class Signals:
    """Takes the two signals in the main thread. `asked(number)` is called in it at each first signal.

    What was there before, a server's own handler, is kept and used by hand_on() when the shutdown has ended.
    """

    def __init__(self, asked: Callable[[int], None]) -> None:
        self._asked = asked
        self._before: Dict[int, Any] = {}
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._loop_handles: Dict[int, Any] = {}
        self._first: Optional[float] = None
        self._handing_on = False
        self._exit_code = 0

    @property
    def are_taken(self) -> bool:
        return bool(self._before)

    def take(self, loop: Optional[asyncio.AbstractEventLoop] = None) -> None:
        """From now on; a second call does nothing. Does nothing outside the main thread, where Python allows no handlers."""
        if self._before or threading.current_thread() is not threading.main_thread():
            return
        for number in NUMBERS:
            self._before[number] = signal.getsignal(number)
            if loop is not None:
                # Private, but asyncio has no other way to ask who takes a signal, and uvloop none at all.
                handle = getattr(loop, "_signal_handlers", {}).get(number)
                if handle is not None:
                    self._loop, self._loop_handles[number] = loop, handle
                    loop.add_signal_handler(number, self._handle, number, None)
                    continue
            signal.signal(number, self._handle)

    def _handle(self, number: int, frame: Optional[FrameType]) -> None:
        if self._handing_on:
            self._hand_on_here(number, frame)
            return
        now = time.monotonic()
        if self._first is None:
            self._first = now
            self._asked(number)
        elif now - self._first >= SECOND_AFTER:
            process.leave(128 + number)

    @property
    def have_come(self) -> bool:
        return self._first is not None

    def hand_on(self, exit_code: int, asked_by_signal: bool) -> None:
        """The shutdown has ended: makes the server or the program leave, by what SIGTERM did before. From any thread."""
        self._handing_on, self._exit_code = True, exit_code
        master = 0 if asked_by_signal else master_pid()
        if master:
            os.kill(master, signal.SIGTERM)  # which would replace a worker that left by itself
        handle = self._loop_handles.get(signal.SIGTERM)
        server = _server_of(getattr(handle, "_callback", None)) or _server_of(self._before.get(signal.SIGTERM))
        if server is not None:
            server.should_exit = True  # uvicorn: without it taking the signal for the cause of its end
        elif handle is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(handle._callback, *handle._args)
        else:
            os.kill(os.getpid(), signal.SIGTERM)

    def _hand_on_here(self, number: int, frame: Optional[FrameType]) -> None:
        before = self._before.get(number)
        if callable(before) and before is not signal.default_int_handler:
            before(number, frame)
        elif before is not signal.SIG_IGN:
            raise SystemExit(self._exit_code)


def _server_of(handler: Any) -> Any:
    """uvicorn's server, if this is its handler."""
    owner = getattr(handler, "__self__", None)
    return owner if hasattr(owner, "should_exit") and hasattr(owner, "force_exit") else None
