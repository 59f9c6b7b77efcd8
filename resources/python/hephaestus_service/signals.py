# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGTERM and SIGINT run the shutdown first, and then do what they did before."""
from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
import time
from types import FrameType
from typing import Any, Callable, Dict, List, Optional, Set

from . import process
from .runners import turns

NUMBERS = (signal.SIGTERM, signal.SIGINT)
NEWCOMERS_TIMEOUT = 1.0  # seconds
SECOND_AFTER = 0.2  # a signal that comes sooner is taken for the same one
_forking = threading.local()  # `masks`: what this thread let through before each hold_back()


def hold_back(are_taken: bool) -> None:
    """Before a fork, in the thread that forks: if the signals are taken, none comes to the child until let_through()."""
    masks: List[Set[Any]] = _forking.__dict__.setdefault("masks", [])
    masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, NUMBERS if are_taken else ()))


def let_through() -> None:
    """After a fork, in the parent and in the child, as often as hold_back() was called: those that have come are handled now."""
    masks: List[Set[Any]] = _forking.__dict__.get("masks", [])
    if masks:  # another thread may have made a service meanwhile
        signal.pthread_sigmask(signal.SIG_SETMASK, masks.pop())


class Signals:
    """Takes the two signals in the main thread. `asked(number)` is called in it at each first signal.

    What was there before, a server's own handler, is kept and used by hand_on() when the shutdown has ended.
    """

    def __init__(self, asked: Callable[[int], None]) -> None:
        self._asked = asked
        self._before: Dict[int, Any] = {}
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._server_loop: Optional[asyncio.AbstractEventLoop] = None
        self._loop_handles: Dict[int, Any] = {}
        self._by_loop: Set[int] = set()  # that an event loop takes for us
        self._hidden_server: Any = None  # uvicorn's, whose handlers the loop does not show
        self._first: Optional[float] = None
        self._handing_on = False
        self._exit_code = 0

    @property
    def are_taken(self) -> bool:
        return bool(self._before)

    def take(self, loop: Optional[asyncio.AbstractEventLoop] = None) -> None:
        """From now on; a second call does nothing. Does nothing outside the main thread, where Python allows no handlers."""
        self._server_loop = self._server_loop or loop
        if self._before or threading.current_thread() is not threading.main_thread():
            return
        self._hidden_server = _server_in(loop) if loop is not None and not hasattr(loop, "_signal_handlers") else None
        for number in NUMBERS:
            self._before[number] = signal.getsignal(number)
            if loop is not None:
                if self._hidden_server is not None and _server_of(self._before[number]) is None:
                    loop.add_signal_handler(number, self._handle, number, None)  # instead of the server's: both would act
                    self._by_loop.add(number)
                    continue
                # Private, but asyncio has no other way to ask who takes a signal, and uvloop none at all.
                handle = getattr(loop, "_signal_handlers", {}).get(number)
                if handle is not None:
                    self._loop, self._loop_handles[number] = loop, handle
                    loop.add_signal_handler(number, self._handle, number, None)
                    self._by_loop.add(number)
                    continue
            signal.signal(number, self._handle)

    def give_back(self) -> None:
        """In a process that was forked: its signals are not those of its parent's service, and do what they did before. One that the
        parent's event loop takes ends the process: what wakes that loop is the parent's too."""
        for number, before in self._before.items():
            with contextlib.suppress(ValueError):
                if number in self._by_loop:
                    signal.set_wakeup_fd(-1)
                    signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.default_int_handler)
                elif before is not None and signal.getsignal(number) == self._handle:
                    signal.signal(number, before)

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
    def handle_of_sigterm(self) -> Any:
        """What the event loop did at SIGTERM before; None if nothing."""
        return self._loop_handles.get(signal.SIGTERM)

    @property
    def have_come(self) -> bool:
        return self._first is not None

    def _server(self, number: int = signal.SIGTERM) -> Any:
        """uvicorn's, if it took the signal before; None if not."""
        return _server_of(getattr(self._loop_handles.get(number), "_callback", None)) or _server_of(self._before.get(number)) \
            or self._hidden_server

    def take_servers_signal(self) -> bool:
        """True if the server took a signal before this did: it ends when it has started, and tells the application nothing. Later uvicorns
        raise it again in the end, if they know of it still."""
        server = self._server()
        if server is None or not server.should_exit:
            return False
        getattr(server, "_captured_signals", []).clear()
        return True

    def hand_on(self, exit_code: int, masters: List[int]) -> None:
        """The shutdown has ended: makes the server or the program leave, by what SIGTERM did before, and `masters`, which are pids of the
        server's. From any thread."""
        self._handing_on, self._exit_code = True, exit_code
        for master in masters:
            with contextlib.suppress(OSError):  # of another user, or gone
                os.kill(master, signal.SIGTERM)  # which would replace a worker that left by itself
        handle, server = self.handle_of_sigterm, self._server()
        if server is not None:
            server.should_exit = True  # uvicorn: without it taking the signal for the cause of its end
        elif handle is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(handle._callback, *handle._args)
        else:
            os.kill(os.getpid(), signal.SIGTERM)

    def pass_on(self, number: int) -> None:
        """Does now what the signal did before, and loses nobody whom the server has accepted. In the main thread."""
        server, loop, before = self._server(number), self._server_loop, self._before.get(number)
        self._handing_on = True
        if server is not None and loop is not None and loop.is_running():
            asyncio.run_coroutine_threadsafe(_stop_gently(server), loop)
        elif callable(before):
            before(number, None)

    def _hand_on_here(self, number: int, frame: Optional[FrameType]) -> None:
        before = self._before.get(number)
        if callable(before) and before is not signal.default_int_handler:
            before(number, frame)
        elif before is not signal.SIG_IGN:
            raise SystemExit(self._exit_code)


async def _stop_gently(server: Any) -> None:
    """uvicorn drops whom it has accepted and not heard of when it stops."""
    loop = asyncio.get_running_loop()
    for each in [each for listening in server.servers for each in listening.sockets]:
        loop.remove_reader(each.fileno())
    await turns()
    for listening in server.servers:
        listening.close()  # under uvloop only this stops it
    deadline = time.monotonic() + NEWCOMERS_TIMEOUT
    while newcomers(list(server.server_state.connections)) and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    server.should_exit = True


def newcomers(connections: List[Any]) -> int:
    """Those of uvicorn without a request so far. A websocket has none: its protocol took the connection over from a request."""
    return sum(getattr(each, "cycle", each) is None for each in connections)


def _server_in(loop: asyncio.AbstractEventLoop) -> Any:
    """uvicorn's server, as one of the loop's tasks runs it; None if none does."""
    for task in asyncio.all_tasks(loop):
        coroutine: Any = task.get_coro()
        while coroutine is not None:
            frame = getattr(coroutine, "cr_frame", None)
            server = frame.f_locals.get("self") if frame is not None else None
            if hasattr(server, "should_exit") and hasattr(server, "force_exit"):
                return server
            coroutine = getattr(coroutine, "cr_await", None)
    return None


def _server_of(handler: Any) -> Any:
    """uvicorn's server, if this is its handler."""
    owner = getattr(handler, "__self__", None)
    return owner if hasattr(owner, "should_exit") and hasattr(owner, "force_exit") else None
