# SPDX-License-Identifier: GPL-3.0-or-later
"""A restart in place under gunicorn: a second master takes the listening sockets (USR2), and the first one ends when that is ready."""
from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, List, Optional

from .mapped import children_of
from .report import image_of, is_running
from .workers import master_obstacle, serving_under

if TYPE_CHECKING:
    from .workers import Workers

START_TIMEOUT = 60.0  # seconds until the new master is given up
FULL_STRENGTH = 5.0  # seconds after its first worker serves, that its other workers are waited for
LOOK = 0.02
log = logging.getLogger("hephaestus")


class Handover:
    """Of the gunicorn whose worker this process is. May be used from any thread."""

    def __init__(self, workers: Workers, is_wrapped: bool) -> None:
        self._workers = workers
        self._is_wrapped = is_wrapped
        self._lock = threading.Lock()
        self._is_under_way = False

    def obstacle(self) -> Optional[str]:
        """Why it can never be done here: the new master is another process."""
        problem = master_obstacle()
        if problem is not None:
            return problem
        if self._workers.master == 1:
            return "gunicorn is process 1 here, and what takes its place would end with it"
        if self._is_wrapped:
            return "gunicorn's end would be taken for the program's: ask `hephaestus run`, which started it"
        if os.environ.get("SYSTEMD_EXEC_PID") == str(self._workers.master):
            return "gunicorn's end would be taken for the unit's: ask systemd, which started it"
        if sys.argv[0].endswith("gunicorn/__main__.py"):
            return "gunicorn cannot execute itself when it was started by `python -m gunicorn`: start it as `gunicorn`"
        return None

    def problem(self) -> Optional[str]:
        """Why it cannot be done now, or None."""
        obstacle = self.obstacle()
        if obstacle is not None:
            return obstacle
        if self._is_under_way or self._workers.is_handover_taken() or self._second_master() is not None:
            return "a restart is under way"
        try:
            if self._first_master() is not None:
                return "the gunicorn before this one still answers its last requests"
        except OSError:
            return "gunicorn's master is gone"
        return None

    def other_masters(self) -> List[int]:
        """While a restart is under way, the one before this one or after it. A shutdown is of both: the other would serve on."""
        try:
            return [master for master in (self._first_master(), self._second_master()) if master is not None]
        except OSError:
            return []

    def begin(self) -> Optional[str]:
        """Or says why it is impossible."""
        with self._lock:
            problem = self.problem()
            if problem is None and not self._workers.take_handover():
                problem = "a restart is under way"
            if problem is None:
                os.kill(self._workers.master, signal.SIGUSR2)
                self._is_under_way = True
                threading.Thread(target=self._run, name="hephaestus-restart", daemon=True).start()
        return problem

    def _run(self) -> None:
        try:
            successor = self._wait_for_successor()
            if successor is not None:
                log.info("restart: gunicorn %d takes the place of %d", successor, self._workers.master)
                self._workers.ask("restart")
                os.kill(self._workers.master, signal.SIGTERM)
        finally:
            self._workers.give_handover_back()
            self._is_under_way = False

    def _wait_for_successor(self) -> Optional[int]:
        """The new master, when its workers serve; None if it did not come to that, and this gunicorn goes on."""
        wanted = max(1, self._workers.serving)
        deadline = time.monotonic() + START_TIMEOUT
        successor: Optional[int] = None
        while time.monotonic() < deadline:
            time.sleep(LOOK)
            if successor is None:
                successor = self._second_master()
                continue
            if not is_running(successor):
                log.error("restart: the new gunicorn ended before it was ready; this one goes on")
                return None
            serving = serving_under(successor)
            if serving >= wanted:
                return successor
            if serving:
                deadline = min(deadline, time.monotonic() + FULL_STRENGTH)
        if successor is not None and serving_under(successor):
            return successor  # it has fewer workers than this one
        log.error("restart: no new gunicorn was ready within %d s; this one goes on", START_TIMEOUT)
        if successor is not None:
            os.kill(successor, signal.SIGTERM)
        return None

    def _first_master(self) -> Optional[int]:
        """The one that executed this one's."""
        parent = _parent_of(self._workers.master)
        return parent if str(parent) == os.environ.get("GUNICORN_PID") else None

    def _second_master(self) -> Optional[int]:
        """The child of the master that has executed a program; what it only forked is a worker."""
        def has_executed(pid: int) -> bool:
            try:
                return is_running(pid) and image_of(pid) not in (ours, b"0.0", b"1.0")
            except OSError:
                return False
        try:
            ours = image_of(self._workers.master)
        except OSError:
            return None
        found: List[int] = [pid for pid in children_of(self._workers.master) if has_executed(pid)]
        return found[0] if found else None


def _parent_of(pid: int) -> int:
    with open(f"/proc/{pid}/stat", "rb") as status:
        return int(status.read().rpartition(b")")[2].split()[1])
