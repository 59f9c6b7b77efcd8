# SPDX-License-Identifier: GPL-3.0-or-later
"""What real calls and checks of one dependency came to."""
from __future__ import annotations

import functools
import inspect
import threading
import time
from types import TracebackType
from typing import Any, Callable, Dict, Optional, Type, TypeVar, Union

Function = TypeVar("Function", bound=Callable[..., Any])
Json = Dict[str, Any]
LONGEST_ERROR = 500


def one_line(problem: Union[BaseException, str]) -> str:
    """What went wrong, as one line of at most 500 characters, never empty."""
    text = " ".join(str(problem).split())
    if not text:
        text = type(problem).__name__ if isinstance(problem, BaseException) else "failed"
    return text[:LONGEST_ERROR]


class _Call:
    """Counts what happens inside `with` or `async with`. It has no state of its own, so one serves every call of a dependency."""

    __slots__ = ("_dependency",)

    def __init__(self, dependency: Dependency) -> None:
        self._dependency = dependency

    def __enter__(self) -> Dependency:
        return self._dependency

    def __exit__(self, kind: Optional[Type[BaseException]], problem: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        if kind is None:
            self._dependency.success()
        elif issubclass(kind, Exception):
            self._dependency.failure(problem if problem is not None else kind.__name__)
        # A cancelled task, a generator that is closed, Ctrl+C: nothing is known about the dependency.

    async def __aenter__(self) -> Dependency:
        return self._dependency

    async def __aexit__(self, kind: Optional[Type[BaseException]], problem: Optional[BaseException],
                        trace: Optional[TracebackType]) -> None:
        self.__exit__(kind, problem, trace)


class Dependency:
    """Counters of one dependency. All of it may be used from any thread and any task.

    `details` are fields of its own in the detailed body (`pool_size=5`); set them anew with `detail()`. With `enabled=False` its
    status is `not_used`, and calls are not counted.
    """

    def __init__(self, name: str, enabled: bool = True, **details: Any) -> None:
        self.name = name
        self.enabled = enabled
        self._details = details
        self._lock = threading.Lock()
        self._successes = self._failures = 0
        self._last_success: Optional[float] = None  # monotonic seconds
        self._last_failure: Optional[float] = None
        self._error: Optional[str] = None
        self._call = _Call(self)
        self.check_seconds: Optional[float] = None  # what the last check took

    def call(self) -> _Call:
        """`with dependency.call(): …` counts a success, or the exception's failure; `async with` too."""
        return self._call

    def counted(self, function: Function) -> Function:
        """As a decorator: every call of `function` is counted, of a coroutine function when it has been awaited."""
        if inspect.iscoroutinefunction(function):
            @functools.wraps(function)
            async def awaited(*arguments: Any, **named: Any) -> Any:
                with self._call:
                    return await function(*arguments, **named)
            return awaited  # type: ignore[return-value]

        @functools.wraps(function)
        def called(*arguments: Any, **named: Any) -> Any:
            with self._call:
                return function(*arguments, **named)
        return called  # type: ignore[return-value]

    def success(self) -> None:
        """Counts one success: for calls that `with` does not fit."""
        if not self.enabled:
            return
        with self._lock:
            self._successes += 1
            self._last_success = time.monotonic()
            self._error = None

    def failure(self, problem: Union[BaseException, str]) -> None:
        """Counts one failure, and says why in one line. Keep secrets out of it: whoever may read the status reads it."""
        if not self.enabled:
            return
        with self._lock:
            self._failures += 1
            self._last_failure = time.monotonic()
            self._error = one_line(problem)

    def detail(self, **details: Any) -> None:
        """Sets fields of its own; their values must be what JSON has."""
        with self._lock:
            self._details = {**self._details, **details}

    @property
    def touched(self) -> bool:
        """True if anything was counted."""
        return self._successes + self._failures > 0

    def report(self) -> Json:
        """Its object in the detailed body."""
        if not self.enabled:
            return {"status": "not_used"}
        now = time.monotonic()
        with self._lock:
            return {"status": "error" if self._error is not None else "working", **self._details, "error": self._error,
                    "last_success_seconds": _since(self._last_success, now), "last_failure_seconds": _since(self._last_failure, now),
                    "success_count": self._successes, "failure_count": self._failures}


def _since(moment: Optional[float], now: float) -> float:
    return -1 if moment is None else round(now - moment, 3)
