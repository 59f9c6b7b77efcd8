# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of dependencies and other background tasks of a service."""
from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import logging
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Callable, List, Optional

from .dependency import Dependency
from .runners import Runner
from .shutdown import InFlight

CHECK_TIMEOUT = 30.0  # seconds until a check counts as failed
log = logging.getLogger("hephaestus")
WhenStopping = Callable[[Callable[[], Any]], Callable[[], None]]  # Shutdown.when_stopping


@dataclass
class Check:
    """`function` is called every `interval` seconds; what it raises is the failure of `dependency`."""

    dependency: Dependency
    function: Callable[[], Any]
    interval: float
    running: Optional[Future[None]] = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin_anew(self) -> None:
        """In a process that was forked, where nothing runs yet."""
        self.running, self.lock = None, threading.Lock()


class Checks:
    """Runs each check at its interval, in threads, one at a time of each. May be used from any thread."""

    def __init__(self, runner: Runner, stopping: threading.Event, checks: List[Check]) -> None:
        self._runner, self._stopping = runner, stopping
        self._checks = checks  # shared with the service, which keeps them over a fork
        self._started = False

    def add(self, check: Check) -> None:
        self._checks.append(check)
        if self._started:
            self._begin(check)

    def start(self) -> None:
        """Each check runs for the first time now."""
        if self._started:
            return
        self._started = True
        for check in self._checks:
            self._begin(check)

    def run_all(self) -> Future[None]:
        """All of them, now; done when the last has ended. Who asks while one runs waits for that one."""
        waiting = [self._run(check) for check in self._checks]
        done: Future[None] = Future()

        def wait() -> None:
            concurrent.futures.wait(waiting)
            done.set_result(None)

        if waiting:
            threading.Thread(target=wait, name="hephaestus-checks", daemon=True).start()
        else:
            done.set_result(None)
        return done

    def settle(self, timeout: float) -> None:
        """Waits for those under way: once the service stops, no other begins. Raises TimeoutError if one goes on."""
        under_way = [check.running for check in self._checks if check.running is not None]
        if concurrent.futures.wait(under_way, timeout).not_done:
            raise TimeoutError("a check goes on")

    def _begin(self, check: Check) -> None:
        threading.Thread(target=self._repeat, args=(check,), name="hephaestus-check", daemon=True).start()

    def _repeat(self, check: Check) -> None:
        while not self._stopping.is_set():
            concurrent.futures.wait([self._run(check)])
            self._stopping.wait(check.interval)

    def _run(self, check: Check) -> Future[None]:
        with check.lock:
            if check.running is not None and not check.running.done():
                return check.running
            check.running = Future()
            if self._stopping.is_set():
                check.running.set_result(None)
                return check.running
            threading.Thread(target=self._ask, args=(check, check.running), name="hephaestus-check", daemon=True).start()
            return check.running

    def _ask(self, check: Check, done: Future[None]) -> None:
        began = time.monotonic()
        try:
            with check.dependency.call():
                try:
                    self._runner.run_aside(check.function, CHECK_TIMEOUT)
                except concurrent.futures.CancelledError:
                    raise RuntimeError("the check was cancelled") from None
        except Exception:  # noqa: BLE001: counted; that is what a check is for
            pass
        check.dependency.checked(time.monotonic() - began)
        done.set_result(None)


class Tasks:
    """Background tasks: coroutines in the program's event loop, functions in threads, which must end by themselves."""

    def __init__(self, runner: Runner, when_stopping: WhenStopping, functions: List[Callable[[], Any]]) -> None:
        self._runner, self._when_stopping = runner, when_stopping
        self._functions = functions  # shared with the service, which keeps them over a fork
        self._loop_tasks: List[asyncio.Task[Any]] = []
        self._threads: List[threading.Thread] = []
        self._started = False
        self.running = InFlight()

    def add(self, function: Callable[[], Any]) -> None:
        self._functions.append(function)
        if self._started:
            self._begin(function)

    def start(self) -> None:
        """In the event loop's thread where there is one."""
        if not self._started:
            self._started = True
            for function in self._functions:
                self._begin(function)

    def _begin(self, function: Callable[[], Any]) -> None:
        loop = self._runner.loop
        if inspect.iscoroutinefunction(function) and loop is not None:
            self.running.begin()
            loop.call_soon_threadsafe(self._begin_in, loop, function)
            return
        if inspect.iscoroutinefunction(function):
            coroutine_function = function

            def run() -> Any:
                return asyncio.run(_until(coroutine_function, self._when_stopping))
            function = run
        self.running.begin()
        thread = threading.Thread(target=self._run, args=(function,), name="hephaestus-task", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _begin_in(self, loop: asyncio.AbstractEventLoop, function: Callable[[], Any]) -> None:
        task = asyncio.ensure_future(_logged(function), loop=loop)
        task.add_done_callback(lambda _: self.running.end())
        self._loop_tasks.append(task)

    def _run(self, function: Callable[[], Any]) -> None:
        try:
            _logged_call(function)
        finally:
            self.running.end()

    def stop(self, timeout: float) -> None:
        """Cancels and awaits all of them. Raises TimeoutError if one goes on."""
        deadline = time.monotonic() + timeout
        loop = self._runner.loop
        if loop is not None and loop.is_running() and self._loop_tasks:
            for task in self._loop_tasks:
                loop.call_soon_threadsafe(task.cancel)
            asyncio.run_coroutine_threadsafe(_settled(self._loop_tasks), loop).result(timeout)
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        left = sum(thread.is_alive() for thread in self._threads)
        if left:
            raise TimeoutError(f"{left} background tasks go on")


async def _settled(tasks: List[asyncio.Task[Any]]) -> None:
    await asyncio.wait(tasks)


async def _logged(function: Callable[[], Any]) -> None:
    try:
        await function()
    except Exception:
        log.exception("a background task failed")


def _logged_call(function: Callable[[], Any]) -> None:
    try:
        function()
    except Exception:
        log.exception("a background task failed")


async def _until(function: Callable[[], Any], when_stopping: WhenStopping) -> None:
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(_logged(function))
    remove = when_stopping(lambda: loop.call_soon_threadsafe(task.cancel))
    await asyncio.wait([task])
    remove()
