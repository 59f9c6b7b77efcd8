# SPDX-License-Identifier: GPL-3.0-or-later
"""What real calls and checks of one dependency came to."""
from __future__ import annotations

import bisect
import functools
import inspect
import json
import re
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, List, NamedTuple, Optional, Tuple, Type, TypeVar, Union

from .encoding import as_key, as_text

if TYPE_CHECKING:
    from .workers import Entry, Workers

Function = TypeVar("Function", bound=Callable[..., Any])
Json = Dict[str, Any]
# Successes, failures, when the last of each was (monotonic seconds), the error, details
Tally = Tuple[int, int, Optional[float], Optional[float], Optional[str], Json]
LONGEST_ERROR = 500
BOUNDS = (0.005, 0.025, 0.1, 0.5, 2.5, 10.0)  # seconds, of the histogram of checks


# What a driver quotes of its connection string: a password in a URL, and values by their names.
PASSWORD_IN_URL = re.compile(r"(\w://[^\s/:@]*):\S*@")
NAMED_SECRET = re.compile(r"(?i)\b(\w*(?:password|passwd|pwd|secret|token|api_?key))(\s*[=:]\s*)('[^']*'|\"[^\"]*\"|[^\s,;&)]+)")


def one_line(problem: Union[BaseException, str]) -> str:
    """What went wrong, as one line of at most 500 characters, never empty. Passwords that are seen as such are taken out."""
    text = " ".join(str(problem).split())
    text = NAMED_SECRET.sub(r"\1\2***", PASSWORD_IN_URL.sub(r"\1:***@", text))
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
        self._is_enabled = enabled
        self._details: Json = details  # replaced, never changed
        self._lock = threading.Lock()
        self._successes = self._failures = 0
        self._last_success: Optional[float] = None  # monotonic seconds
        self._last_failure: Optional[float] = None
        self._error: Optional[str] = None
        self._head: Optional[str] = None  # of its member in the detailed body: what counting leaves as it is
        self._member: Optional[Member] = None  # until something is counted
        self._call = _Call(self)
        self._entry: Optional[Entry] = None  # where the other workers of the server read the numbers
        self.check_seconds: Optional[float] = None  # what the last check took
        self._durations, self._duration_sum = [0] * (len(BOUNDS) + 1), 0.0

    @property
    def enabled(self) -> bool:
        return self._is_enabled

    @enabled.setter
    def enabled(self, is_enabled: bool) -> None:
        with self._lock:
            self._is_enabled = is_enabled
            self._say(True)

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
        if not self._is_enabled:
            return
        with self._lock:
            self._successes += 1
            self._last_success = time.monotonic()
            self._member = None
            has_recovered, self._error = self._error is not None, None
            if has_recovered:
                self._head = None
            if self._entry is not None:
                self._say(has_recovered)

    def failure(self, problem: Union[BaseException, str]) -> None:
        """Counts one failure, and says why in one line. Keep secrets out of it: whoever may read the status reads it."""
        if not self._is_enabled:
            return
        with self._lock:
            self._failures += 1
            self._last_failure = time.monotonic()
            self._member = None
            self._error = one_line(problem)
            self._say(True)

    def checked(self, seconds: float) -> None:
        """A check of it took so long."""
        with self._lock:
            self.check_seconds = seconds
            self._durations[bisect.bisect_left(BOUNDS, seconds)] += 1
            self._duration_sum += seconds

    def durations(self) -> Tuple[List[int], float]:
        """Of the checks: how many took at most as long as each of BOUNDS and longer than the one before, how many longer, and the sum of
        all in seconds."""
        with self._lock:
            return list(self._durations), self._duration_sum

    def detail(self, **details: Any) -> None:
        """Sets fields of its own; their values must be what JSON has."""
        with self._lock:
            self._details = {**self._details, **details}
            self._say(True)

    def share(self, workers: Workers) -> None:
        """From now on in the counts of all workers; those of the worker that this one replaces go on."""
        with self._lock:
            self._entry, before = workers.entry_of(self.name)
            if before is not None:
                self._successes, self._failures = self._successes + before[0], self._failures + before[1]
                self._last_success, self._last_failure = self._last_success or before[2], self._last_failure or before[3]
                if self._last_failure and self._last_failure > (self._last_success or 0.0):
                    self._error = self._error or before[4]["error"]
            self._say(True)

    def begin_anew(self) -> None:
        """In a process that was forked: nothing is counted yet."""
        self._lock = threading.Lock()
        self._entry = self._head = self._member = None
        self._successes = self._failures = 0
        self._last_success = self._last_failure = self._error = None
        self.check_seconds = None
        self._durations, self._duration_sum = [0] * (len(BOUNDS) + 1), 0.0

    def _say(self, has_other_text: bool) -> None:
        if has_other_text:
            self._head = self._member = None
        if self._entry is None:
            return
        text = None
        if has_other_text:
            said = {"name": self.name, "enabled": self.enabled, "details": self._details, "error": self._error}
            text = as_text(said).encode("utf-8", "replace")
            if len(text) > self._entry.room:
                text = as_text({**said, "details": {}, "error": self._error and self._error[:100]}).encode("utf-8", "replace")
        self._entry.write(self._successes, self._failures, self._last_success, self._last_failure, text)

    @property
    def touched(self) -> bool:
        """True if anything was counted."""
        return self._successes + self._failures > 0

    def member(self) -> Member:
        """Its member of the detailed body. The same object as before as long as nothing is counted."""
        known = self._member
        if known is not None:
            return known
        with self._lock:
            if self._head is None:
                self._head = as_key(self.name) + (head_of(self._details, self._error) if self._is_enabled else NOT_USED)
            self._member = member_of(self._head, self._successes, self._failures, self._last_success, self._last_failure) \
                if self._is_enabled else Member(escaped(self._head))
            return self._member

    def report(self) -> Json:
        """Its object there, decoded."""
        report: Json = json.loads("{" + joined([self.member()]).at_present() + "}")[self.name]
        return report


NOT_USED = '{"status":"not_used"}'
KEPT = 1024  # texts that were made last


def head_of(details: Json, error: Optional[str]) -> str:
    """The beginning of its object in the detailed body."""
    return as_text({"status": "working" if error is None else "error", **details, "error": error})[:-1]


class Member(NamedTuple):
    """Members of an object, as JSON, but for how many seconds ago some moments were."""

    template: str
    moments: Tuple[float, ...] = ()  # monotonic seconds, in the order of the template

    def at_present(self) -> str:
        now = time.monotonic()  # no moment that is known comes later
        return self.template % tuple([now - moment for moment in self.moments])


def escaped(text: str) -> str:
    """For a template."""
    return text.replace("%", "%%")


def member_of(head: str, successes: int, failures: int, last_success: Optional[float], last_failure: Optional[float]) -> Member:
    """`head`, and the rest of the object."""
    template = '%s,"last_success_seconds":%s,"last_failure_seconds":%s,"success_count":%d,"failure_count":%d}' % (
        escaped(head), "-1" if last_success is None else "%.3f", "-1" if last_failure is None else "%.3f", successes, failures)
    return Member(template, tuple([moment for moment in (last_success, last_failure) if moment is not None]))


def joined(members: Iterable[Member]) -> Member:
    found = list(members)
    return Member(",".join([each.template for each in found]), tuple([moment for each in found for moment in each.moments]))


def member_of_tally(name: str, tally: Tally) -> Member:
    """The member of a dependency in the detailed body."""
    successes, failures, last_success, last_failure, error, details = tally
    key = (id(details), error)
    known = _texts.get(key)
    if known is None or known[0] is not details:
        if len(_texts) >= KEPT:
            _texts.clear()
        known = _texts[key] = (details, head_of(details, error))
    return member_of(as_key(name) + known[1], successes, failures, last_success, last_failure)


_texts: Dict[Tuple[int, Optional[str]], Tuple[Json, str]] = {}  # by identity of the details, which are never changed, and the error
