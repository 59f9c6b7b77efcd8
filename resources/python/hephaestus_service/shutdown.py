# SPDX-License-Identifier: GPL-3.0-or-later
"""The one shutdown of a process: notice, drain, clean-up steps, result. Section 4 of the protocol.

It runs in a thread of its own, so it knows no framework and no event loop. What a step is run by is told by its runner.
"""
from __future__ import annotations

import enum
import logging
import secrets
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional

from .dependency import one_line

Json = Dict[str, Any]
CLEAN, STEP_FAILED, ABANDONED = 0, 3, 4  # exit codes
log = logging.getLogger("hephaestus")
GRACE = 5.0  # seconds beyond drain and steps until the watchdog ends the process


class Phase(enum.Enum):
    """In this order; a notice that is cancelled goes back to RUNNING."""

    STARTING = "starting"
    RUNNING = "running"
    NOTICE = "notice"
    DRAINING = "draining"
    CLEANING_UP = "cleaning_up"
    STOPPED = "stopped"


class StepTimedOut(Exception):
    """A step was still running at its deadline."""


@dataclass
class Step:
    """`run(timeout)` returns when the step is done, raises what went wrong, or StepTimedOut. `timeout` is in seconds."""

    name: str
    timeout: float
    run: Callable[[float], None]
    outcome: str = "pending"
    seconds: float = 0.0
    error: Optional[str] = None

    def report(self) -> Json:
        return {"name": self.name, "outcome": self.outcome, "duration_seconds": round(self.seconds, 6), "error": self.error}


class InFlight:
    """Counts work that a drain waits for. May be used from any thread.

    `work` has an item for each: append() and pop() are one step each in Python, and need no lock. While `is_watched`, changed() follows
    every append(), and ended() every pop() of work that has ended. `is_open`: the service takes work without being asked; whoever reads
    it has appended before, so that a drain either waits for that work or has closed.
    """

    def __init__(self) -> None:
        self.work: List[None] = []
        self.is_watched = self.is_open = False
        self._condition = threading.Condition()
        self._ended = 0
        self._gauge: Any = [0]
        self._place = 0

    def share(self, gauge: Any, place: int) -> None:
        """From now on the count is in `gauge[place]` too, where other processes read it."""
        with self._condition:
            self._gauge, self._place = gauge, place
            self.is_watched = True
        self.changed()

    @property
    def count(self) -> int:
        return len(self.work)

    def count_ended(self) -> int:
        """How much has ended since this was called first."""
        with self._condition:
            self.is_watched = True
            return self._ended

    def begin(self) -> None:
        self.work.append(None)
        if self.is_watched:
            self.changed()

    def end(self) -> None:
        self.work.pop()
        if self.is_watched:
            self.ended()

    def take_back(self) -> None:
        """What began was refused."""
        self.work.pop()
        if self.is_watched:
            self.changed()

    def ended(self) -> None:
        with self._condition:
            self._ended += 1
        self.changed()

    def changed(self) -> None:
        with self._condition:
            self._gauge[self._place] = len(self.work)
            if not self.work:
                self._condition.notify_all()

    def wait(self, timeout: float) -> int:
        """Until nothing is in flight, or for so many seconds; returns what still is."""
        with self._condition:
            self.is_watched = True
            self._condition.wait_for(lambda: not self.work, timeout)
            return len(self.work)


class Shutdown:
    """All of it may be used from any thread. `requested` is set from the moment a shutdown is asked for until a notice is cancelled.

    `steps()` gives the list when the drain is over.
    """

    def __init__(self, in_flight: InFlight, steps: Callable[[], List[Step]], notice: float, drain: float) -> None:
        self.in_flight = in_flight
        self.requested = threading.Event()
        self.stopping = threading.Event()  # the drain has begun: nothing takes it back any more
        self.result: Future[Json] = Future()
        self.exit_code = CLEAN
        self.mode: Optional[str] = None
        self.asked_by: Optional[str] = None  # `endpoint` or `signal`; None: the program or its server ends by itself
        self.steps: List[Step] = []
        self.notice, self.drain = notice, drain
        self._make_steps = steps
        self._lock = threading.Lock()
        self._phase = Phase.STARTING
        self._hurry = threading.Event()  # ends the notice
        self._deadline: Optional[float] = None  # monotonic end of the notice or of the drain
        self._drain_began: Optional[float] = None  # monotonic
        self._drain_ended: Optional[float] = None
        self._thread: Optional[threading.Thread] = None
        self._told: List[Callable[[], Any]] = []
        self._ended_before = 0
        self._id = secrets.token_hex(8)
        self.may_begin: Callable[[], bool] = lambda: True  # asked when a notice ends; False: it was taken back
        self.when_drained: Callable[[float], None] = lambda deadline: None  # called before the steps; may wait until then, monotonic
        self.conclude: Callable[[Json], Json] = lambda result: result  # makes the answer of this process' result
        self.before_result: Callable[[], None] = lambda: None  # called when everything but the result is there

    @property
    def phase(self) -> Phase:
        return self._phase

    @property
    def is_running(self) -> bool:
        """It serves, and nothing has asked it to stop."""
        return self.in_flight.is_open

    def started(self) -> None:
        """The service serves from now on."""
        with self._lock:
            if self._phase is Phase.STARTING:
                self._phase = Phase.RUNNING
                self.in_flight.is_open = not self.requested.is_set()

    def when_stopping(self, function: Callable[[], Any]) -> Callable[[], None]:
        """Calls `function` once the drain begins, in the shutdown's thread, or now if it has. It must not block.
        Returns what takes it back."""
        with self._lock:
            begun = self.stopping.is_set()
            if not begun:
                self._told.append(function)
        if begun:
            function()

        def remove() -> None:
            with self._lock:
                if function in self._told:
                    self._told.remove(function)
        return remove

    def request(self, mode: str, delay: Optional[float] = None, asked_by: Optional[str] = None) -> Future[Json]:
        """Begins the shutdown or joins it. Every mode but `scheduled` ends a notice. The future has the answer's body.

        `delay` is the seconds of notice a scheduled shutdown gives; by default that of the service. Who joins has not asked.
        """
        with self._lock:
            self.in_flight.is_open = False
            if self._thread is None:
                self.mode, self.asked_by = mode, asked_by
                self._ended_before = self.in_flight.count_ended()
                notice = (self.notice if delay is None else delay) if mode == "scheduled" else 0.0
                if notice > 0:
                    self._enter(Phase.NOTICE, notice)
                else:  # not only when the thread has its first turn
                    self._enter(Phase.DRAINING, self.drain)
                self.requested.set()
                self._thread = threading.Thread(target=self._run, args=(notice, self._hurry), name="hephaestus-shutdown", daemon=True)
                self._thread.start()
            elif mode != "scheduled":
                if self._phase is Phase.NOTICE:
                    self.mode, self.asked_by = mode, asked_by
                    self._enter(Phase.DRAINING, self.drain)
                self._hurry.set()
        return self.result

    def cancel(self) -> bool:
        """Takes a notice back; False if none is under way, or the drain has begun."""
        with self._lock:
            if self._phase is not Phase.NOTICE or self._hurry.is_set():
                return False
            self._take_back()
            return True

    def _take_back(self) -> None:
        self._thread = None
        self.mode = self.asked_by = None
        self.requested.clear()
        self._phase = Phase.RUNNING
        self.in_flight.is_open = True
        self._hurry.set()
        self._hurry = threading.Event()

    def progress(self) -> Json:
        """`shutdown` of the detailed body."""
        deadline = self._deadline
        left = max(0.0, deadline - time.monotonic()) if deadline is not None else 0.0
        return {"mode": self.mode, "phase": self._phase.value, "seconds_left": round(left, 3), "in_flight": self.in_flight.count,
                "steps": [step.report() for step in self.steps]}

    def drained(self) -> Optional[float]:
        """How many seconds the drain has lasted, or did; None: none has begun."""
        began, ended = self._drain_began, self._drain_ended
        return None if began is None else (time.monotonic() if ended is None else ended) - began

    def _enter(self, phase: Phase, seconds: Optional[float]) -> None:
        now = time.monotonic()
        self._deadline = None if seconds is None else now + seconds
        if phase is Phase.DRAINING and self._drain_began is None:
            self._drain_began = now
        elif phase is Phase.CLEANING_UP:
            self._drain_ended = now
        self._phase = phase

    def _run(self, notice: float, hurry: threading.Event) -> None:
        hurry.wait(notice)
        with self._lock:
            if self._thread is not threading.current_thread():
                return  # cancelled
            if not self.may_begin():
                self._take_back()
                return
            hurry.set()  # too late to cancel
            told, self._told = self._told, []
        self.stopping.set()
        for function in told:
            try:
                function()
            except Exception:
                log.exception("somebody could not be told of the shutdown")
        began = time.monotonic()
        self._enter(Phase.DRAINING, self.drain)
        abandoned = self.in_flight.wait(self.drain)
        self.when_drained(began + self.drain)
        waited = time.monotonic() - began
        completed = self.in_flight.count_ended() - self._ended_before
        if abandoned:
            self.exit_code = ABANDONED
        self.steps = self._make_steps()
        began = time.monotonic()
        self._enter(Phase.CLEANING_UP, sum(step.timeout for step in self.steps))
        for step in self.steps:
            self._run_step(step)
        took = time.monotonic() - began
        result = self.conclude({
            "status": "shutdown_incomplete" if self.exit_code else "shutdown_complete",
            "cleanup_duration_seconds": round(took, 6), "mode": self.mode, "shutdown_id": self._id, "exit_code": self.exit_code,
            "drain": {"waited_seconds": round(waited, 6), "completed": completed, "abandoned": abandoned},
            "steps": [step.report() for step in self.steps]})
        self.exit_code = result["exit_code"]
        self.before_result()
        self._enter(Phase.STOPPED, None)
        self.result.set_result(result)

    def _run_step(self, step: Step) -> None:
        began = time.monotonic()
        step.outcome = "running"
        try:
            step.run(step.timeout)
            step.outcome = "ok"
        except StepTimedOut:
            step.outcome, step.error = "timed_out", f"still running after {step.timeout:g} s"
        except BaseException as problem:  # noqa: BLE001: whatever a step raises, the next one runs
            step.outcome, step.error = "failed", one_line(problem)
        step.seconds = time.monotonic() - began
        if step.outcome != "ok":
            self.exit_code = self.exit_code or STEP_FAILED
