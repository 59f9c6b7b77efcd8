# SPDX-License-Identifier: GPL-3.0-or-later
"""Where functions of the program run: in an event loop, in the thread of `with service`, or in a thread of their own."""
from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import inspect
import queue
import threading
from typing import Any, Callable, Optional

from .shutdown import StepTimedOut

TURNS = 5  # from accepting a connection until its protocol is told


def in_thread(function: Callable[[], Any], timeout: float) -> Any:
    """Runs `function` in a thread of its own, which is left behind at the deadline."""
    future: concurrent.futures.Future[Any] = concurrent.futures.Future()

    def work() -> None:
        future.set_running_or_notify_cancel()
        try:
            future.set_result(function())
        except BaseException as problem:  # noqa: BLE001: raised again where it is waited for
            future.set_exception(problem)

    threading.Thread(target=work, name="hephaestus-step", daemon=True).start()
    return _result(future, timeout)


def _result(future: concurrent.futures.Future[Any], timeout: Optional[float]) -> Any:
    concurrent.futures.wait([future], timeout)
    if not future.done():
        future.cancel()
        raise StepTimedOut
    return future.result(0)


class LoopThread:
    """Runs functions in the thread that takes them: the main thread, while it waits for the end of a shutdown."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Optional[Callable[[], None]]] = queue.SimpleQueue()
        self.is_taking = False

    def run(self, function: Callable[[], Any], timeout: float) -> Any:
        future: concurrent.futures.Future[Any] = concurrent.futures.Future()

        def job() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(function())
            except BaseException as problem:  # noqa: BLE001: raised again where it is waited for
                future.set_exception(problem)

        self._jobs.put(job)
        return _result(future, timeout)

    def stop(self) -> None:
        self._jobs.put(None)

    def take(self) -> None:
        """Runs what comes until stop()."""
        self.is_taking = True
        try:
            while True:
                job = self._jobs.get()
                if job is None:
                    return
                job()
        finally:
            self.is_taking = False


async def turns() -> None:
    """Returns when whoever was accepted before has been made known to the server."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


class Runner:
    """Runs a function of the program, which may be a coroutine function, and waits for it."""

    def __init__(self) -> None:
        self.loop: Optional[asyncio.AbstractEventLoop] = None  # of the server or the program, once known
        self.main = LoopThread()

    def run(self, function: Callable[[], Any], timeout: float) -> Any:
        """Coroutines run in the program's event loop, or in one of their own where there is none. Everything else runs in the
        thread of `with service` while that waits, or in a thread of its own. Raises what the function raises, or StepTimedOut."""
        if self.main.is_taking and not inspect.iscoroutinefunction(function):
            return self.main.run(function, timeout)
        return self.run_aside(function, timeout)

    def let_loop_turn(self, timeout: float) -> None:
        """Returns when the event loop has done what it was asked for before, and has made known whom it accepted. Not from its thread."""
        loop = self.loop
        if loop is not None and loop.is_running():
            with contextlib.suppress(StepTimedOut, RuntimeError, concurrent.futures.CancelledError):  # it ends at this moment
                _result(asyncio.run_coroutine_threadsafe(turns(), loop), timeout)

    def run_aside(self, function: Callable[[], Any], timeout: float) -> Any:
        """The same, but never in the thread of `with service`."""
        if not inspect.iscoroutinefunction(function):
            return in_thread(function, timeout)
        loop = self.loop
        if loop is not None and loop.is_running():
            return _result(asyncio.run_coroutine_threadsafe(function(), loop), timeout)
        return in_thread(lambda: asyncio.run(function()), timeout)
