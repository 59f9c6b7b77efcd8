# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service says and does as one of several workers: their master's identity, and the counts and the shutdown of all."""
from __future__ import annotations

import logging
import sys
import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple

from . import process
from .dependency import NOT_USED, Member, escaped, joined, member_of_tally
from .encoding import as_key, as_text
from .freshness import checked
from .handover import Handover
from .shutdown import GRACE, STEP_FAILED
from .workers import IN_FLIGHT, TASKS, Workers, master_pid

if TYPE_CHECKING:
    from .service import Service

Json = Dict[str, Any]
LOOK = 0.02  # seconds between two looks at what the others have compared
LATEST_CANCEL = 0.05  # seconds before the end of a notice: until then all workers learn of it
MASTER_ACTS = 1.0  # seconds within which the master ends its workers
log = logging.getLogger("hephaestus")


def join_group(service: Service) -> Optional[Group]:
    """None if this process is no worker of a server, or cannot share anything with the others; it is an instance of its own then."""
    master = master_pid()
    if not master:
        return None
    try:
        return Group(service, master)
    except (OSError, ValueError) as problem:
        log.warning("the workers of process %d are not counted together: %s", master, problem)
        return None


class Group:
    """See above. May be used from any thread."""

    def __init__(self, service: Service, master: int) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._revision = 0
        self._compared_for = 0.0
        self._was_asked = False
        self.handover: Optional[Handover] = None  # under gunicorn
        self._code: Tuple[Optional[Json], str] = (None, "")
        self.workers = Workers(master, self._follow)
        service.in_flight.share(self.workers.gauges, IN_FLIGHT)
        service.tasks.running.share(self.workers.gauges, TASKS)
        service.refusals.update(self.workers.own_refusals())
        for dependency in list(service.dependencies.values()):
            dependency.share(self.workers)
        service.shutdown.when_drained = self._wait_for_others
        service.shutdown.conclude = self._conclude
        service.shutdown.may_begin = lambda: service.shutdown.mode != "scheduled" or self.is_shutting_down
        if "gunicorn.arbiter" in sys.modules:
            self.handover = Handover(self.workers, service.is_wrapped)
        if service.code is not None:
            service.code.compared_now = self.workers.say_verdict

    def start(self) -> None:
        """This worker serves from now on."""
        self.workers.start()
        self._follow()

    # The shutdown of all

    @property
    def is_shutting_down(self) -> bool:
        return bool(self.workers.asked[0])

    @property
    def is_replaced(self) -> bool:
        """True when a new master serves: this one's workers end at its signal, and refuse nobody until then."""
        return self.workers.asked[0] == "restart"

    def ask(self, mode: str, delay: Optional[float]) -> Future[Json]:
        """As Shutdown.request(), at all workers."""
        with self._lock:
            self._was_asked = True
            self.workers.ask(mode, self._service.shutdown.notice if delay is None else delay)
            self._revision = self.workers.asked[2]
            return self._service.shutdown.request(mode, delay, "endpoint")

    def cancel(self) -> bool:
        """As Shutdown.cancel(), at all workers."""
        self._follow()
        with self._lock:
            mode, end, _ = self.workers.asked
            if mode != "scheduled" or time.monotonic() > end - LATEST_CANCEL or not self._service.shutdown.cancel():
                return False
            self.workers.ask("")
            self._revision = self.workers.asked[2]
            return True

    def _follow(self) -> None:
        """Does what another worker was asked to do."""
        service = self._service
        with self._lock:
            mode, end, revision = self.workers.asked
            if revision != self._revision:
                self._revision = revision
                if mode == "restart":
                    pass
                elif mode:
                    service.shutdown.request(mode, max(0.0, end - time.monotonic()))
                else:
                    service.shutdown.cancel()
            asked = self.workers.comparison_asked_for()
        if service.code is not None and asked > self._compared_for:
            self._compared_for = asked
            service.code.compared(MASTER_ACTS)

    def _wait_for_others(self, deadline: float) -> None:
        """What one cleans up may be used by requests of another."""
        while self.is_shutting_down and not self.is_replaced and self.workers.in_flight() and time.monotonic() < deadline:
            time.sleep(LOOK)

    def _conclude(self, result: Json) -> Json:
        """The answer for all workers, when each has ended its part; they all give the same. Or of this one, if it ends alone."""
        others = self.workers.pids()
        self.workers.say_result(result)
        if not self.is_shutting_down or self.is_replaced:
            return result
        shutdown = self._service.shutdown
        results = self.workers.results(time.monotonic() + shutdown.drain + sum(step.timeout for step in shutdown.steps) + GRACE)
        known = {pid for pid, _ in results}
        return {**together(results + [(pid, {}) for pid in others if pid not in known]),
                "mode": self.workers.asked[0], "shutdown_id": self.workers.shutdown_id}

    def leave(self) -> None:
        """When the answers have gone out. The worker that was asked ends the master, and that the other workers."""
        if self.is_shutting_down and not self._was_asked:
            deadline = time.monotonic() + MASTER_ACTS
            while time.monotonic() < deadline and not self._service.was_signalled:
                time.sleep(LOOK)
        self.end()

    def may_end_master(self) -> bool:
        """After leave(). One of the workers of a shutdown does."""
        return not self.is_shutting_down or self.workers.may_end_master()

    def end(self) -> None:
        # One that was told to end by nobody is replaced: it has served its number of requests, say. Hypercorn sends no signal.
        self.workers.leave(is_last=self.is_shutting_down or self._service.was_signalled or "hypercorn" in sys.modules)

    # The counts of all

    def counted(self) -> Tuple[int, int]:
        """Background tasks, and requests in flight."""
        return self.workers.tasks(), self.workers.in_flight()

    def used(self) -> Json:
        """By the master and all workers."""
        return process.used_by([self.workers.master, *self.workers.pids()])

    def dependencies(self) -> Member:
        """The members of the object in the detailed body."""
        return joined([member_of_tally(name, tally) if is_used else Member(escaped(as_key(name) + NOT_USED))
                       for name, (is_used, tally) in self.workers.dependencies().items()])

    # The verdict on all

    def verdict(self) -> Json:
        return self.workers.verdict()[0]

    def code(self) -> str:
        """`code` of the detailed body, as JSON."""
        verdict, began = self.workers.verdict()
        if self._code[0] is not verdict:
            self._code = (verdict, as_text(verdict)[:-1])
        return self._code[1] + checked(began)

    def compared(self, longest: float) -> Future[None]:
        """Done when all workers have made a comparison that began later, or after so many seconds."""
        done: Future[None] = Future()
        asked = time.monotonic()

        def wait() -> None:
            while time.monotonic() < asked + longest and (self.workers.verdict()[1] or 0.0) < asked:
                time.sleep(LOOK)
            done.set_result(None)
        self.workers.ask_for_comparison()
        self._follow()
        threading.Thread(target=wait, name="hephaestus-compared", daemon=True).start()
        return done


def together(results: List[Tuple[int, Json]]) -> Json:
    """The answer to a shutdown of all workers. One without a result was late, or ended without a word."""
    steps: List[Json] = []
    for pid, result in results:
        if not result:
            result = {"exit_code": STEP_FAILED, "steps": [{"name": "end", "outcome": "failed", "duration_seconds": 0.0,
                                                           "error": "it has not said that it ended its part"}]}
        steps += [{**step, "name": f"{step['name']} (worker {pid})"} if len(results) > 1 else step for step in result["steps"]]
    exit_code = max((result.get("exit_code", STEP_FAILED) for _, result in results), default=0)
    drains = [result["drain"] for _, result in results if result]
    return {"status": "shutdown_incomplete" if exit_code else "shutdown_complete",
            "cleanup_duration_seconds": max((result["cleanup_duration_seconds"] for _, result in results if result), default=0.0),
            "mode": "", "shutdown_id": "", "exit_code": exit_code,
            "drain": {"waited_seconds": max((drain["waited_seconds"] for drain in drains), default=0.0),
                      "completed": sum(drain["completed"] for drain in drains), "abandoned": sum(drain["abandoned"] for drain in drains)},
            "steps": steps}
