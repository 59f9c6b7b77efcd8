# SPDX-License-Identifier: GPL-3.0-or-later
"""The service: its state, its dependencies, its one shutdown, and the ways to serve its endpoints."""
from __future__ import annotations

import asyncio
import atexit
import inspect
import json
import logging
import os
import secrets
import signal
import socket
import threading
import time
import weakref
from collections import Counter
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures import wait
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Sequence, Tuple, Type, TypeVar

from . import endnote, logs, process, report
from .access import Access, AccessError, read_token
from .checks import Check, Checks, Tasks
from .connections import Connections
from .dependency import Dependency, Member, joined
from .encoding import as_bytes, as_text, encoded_names
from .endpoints import Endpoints
from .freshness import Freshness, freshness
from .group import Group, join_group
from .hypercorn import HypercornRestart, is_hypercorn
from .identity import own_identity, was_dirty
from .restart import Restart
from .runners import Runner
from .shutdown import ABANDONED, GRACE, InFlight, Phase, Shutdown, Step
from .signals import Signals, hold_back, let_through
from .version import VERSION
from .workers import master_pid

if TYPE_CHECKING:
    from .asgi import HephaestusMiddleware
    from .listener import Listener
    from .wsgi import WsgiMiddleware

IMPLEMENTATION = f'"implementation":"hephaestus_service {VERSION}"'
Function = TypeVar("Function", bound=Callable[..., Any])
Json = Dict[str, Any]
STEP_TIMEOUT = 10.0
ANSWER_TIMEOUT = 1.0  # until the process ends though the last answer has not gone out
FIRST_CHECK_TIMEOUT = 5.0
WAKES = 1.0  # seconds: how soon the main thread handles a signal while it sleeps
SAMPLE = 0.05  # seconds that what the process uses is not read again
THREADS_TIMEOUT = 1.0  # seconds
LATE = 0.03  # within which a request that has come is read
log = logging.getLogger("hephaestus")
_in_process: weakref.WeakSet[Service] = weakref.WeakSet()


class Service:
    """One process that speaks the health and shutdown protocol. Make one, before the server; all methods may be called from any
    thread unless they say otherwise.

    `notice` is the seconds between a scheduled shutdown and its drain; `drain` how long requests in flight are waited for.
    A service that is reached from other machines needs `token_file`; without one only this user and root, on this machine, may
    shut it down. `metrics=False` leaves `/metrics` to the program. `code=False`:
    it is not told whether the process runs the code on disk, and the environment of its children stays as it is. `watch`: patterns of
    other files that belong to the code, such as `"rules/**/*.json"`, relative to the current directory.
    """

    def __init__(self, name: str, version: str = "0", *, notice: float = 1.0, drain: float = 30.0, token_file: Optional[str] = None,
                 allowed_hosts: Sequence[str] = (), allowed_origins: Sequence[str] = (), insecure: bool = False,
                 metrics: bool = True, code: bool = True, watch: Sequence[str] = ()) -> None:
        self.name, self.version = name, version
        self.access = Access(read_token(token_file) if token_file else None, list(allowed_hosts), list(allowed_origins), insecure)
        self.serves_metrics = metrics
        self._tells_code, self._watch = code, tuple(watch)
        self._lock = threading.Lock()
        self.dependencies: Dict[str, Dependency] = {}
        self.fronts: weakref.WeakSet[HephaestusMiddleware] = weakref.WeakSet()  # all that were made of it
        self._steps: List[Step] = []
        self._checks: List[Check] = []
        self._background: List[Callable[[], Any]] = []
        self._notice, self._drain = notice, drain
        self.endpoints = Endpoints(self)
        self._wrapper_address = report.wrapper_address()
        self._begin_process()
        myself = weakref.ref(self)

        def forks() -> None:
            service = myself()
            hold_back(service is not None and service._signals.are_taken)

        def forked() -> None:
            try:
                service = myself()
                if service is not None:
                    service._begin_in_child()
            finally:
                let_through()
        os.register_at_fork(before=forks, after_in_parent=let_through, after_in_child=forked)
        atexit.register(self._at_exit)
        _in_process.add(self)

    def _begin_in_child(self) -> None:
        """After a fork."""
        self._signals.give_back()
        for dependency in self.dependencies.values():
            dependency.begin_anew()
        for check in self._checks:
            check.begin_anew()
        self._begin_process()

    def _begin_process(self) -> None:
        """What belongs to one process: a child by fork is an instance of its own, which begins when it serves."""
        self.instance_id = secrets.token_hex(16)
        self._identity = own_identity()
        self._encoded_identity = as_text(self._identity)
        self.started_at, self.began = time.time(), time.monotonic()
        self._group: Optional[Group] = None  # of the workers of a server with several
        self._encode_names(os.getpid())
        self.ring = logs.LineRing()
        self.refusals: Counter[str] = Counter()
        self.runner = Runner()
        self.in_flight = InFlight()
        self.last_answers = InFlight()  # those of the protocol that have not gone out
        self.connections = Connections()
        self._joined: Tuple[List[Member], Member] = ([], Member(""))  # of the dependencies
        self._told: Tuple[Any, bytes] = (None, b"")  # the last detailed body, and of which state it is
        self._used = "}"
        self._used_until = 0.0  # monotonic
        self.code: Optional[Freshness] = freshness(self._watch) if self._tells_code else None
        self._application: Optional[Step] = None  # the application's own end, where it has one
        self.shutdown = Shutdown(self.in_flight, self._make_steps, self._notice, self._drain)
        self.shutdown.before_result = self._leave_note
        self.checks = Checks(self.runner, self.shutdown.stopping, self._checks)
        self.tasks = Tasks(self.runner, self.shutdown.when_stopping, self._background)
        self._signals = Signals(self._signalled)
        self._restart: Optional[Restart] = None
        self._listeners: List[Listener] = []
        self._kept: Dict[str, socket.socket] = {}  # by address: what a restart in place hands over
        self._looker: Optional[threading.Thread] = None
        self._is_ending = False
        self._has_begun = self._has_block = self._in_block = False
        self.is_leaving = False  # the last answers go out; their connections are closed
        self.shutdown.result.add_done_callback(lambda _: threading.Thread(
            target=self._leave, name="hephaestus-exit", daemon=True).start())

    def _encode_names(self, pid: int) -> None:
        self._names = as_text({"start_time": logs.utc(self.started_at), "version": self.version, "service": self.name,
                               "instance_id": self.instance_id, "pid": pid})[1:-1]

    # What the program says

    def dependency(self, name: str, enabled: bool = True, **details: Any) -> Dependency:
        """The counters of a dependency, made at the first call. `details` are shown beside them, such as `pool_size=5`."""
        with self._lock:
            known = self.dependencies.get(name)
            if known is None:
                known = self.dependencies[name] = Dependency(name, enabled, **details)
                if self._group is not None:
                    known.share(self._group.workers)
            return known

    def check(self, dependency: Dependency, interval: float = 10.0) -> Callable[[Function], Function]:
        """As a decorator: the function is called every `interval` seconds and at POST /health/check; what it raises is the
        dependency's failure. It counts by itself: do not use `dependency.call()` in it. It runs in a thread, or in the event loop
        if it is a coroutine function."""
        def register(function: Function) -> Function:
            if dependency.enabled:
                self.checks.add(Check(dependency, function, interval))
            return function
        return register

    def cleanup(self, step: Optional[Function] = None, *, timeout: float = STEP_TIMEOUT, name: Optional[str] = None) -> Any:
        """Registers a step of the shutdown: the last registered runs first. A coroutine function runs in the event loop, another
        function in the thread of `with service` or in one of its own. A step that raises or is still running after `timeout`
        seconds is recorded, and the next one runs. Also as a decorator, with or without arguments."""
        def register(function: Function) -> Function:
            shown = name or getattr(function, "__name__", "step").replace("_", " ")
            with self._lock:
                self._steps.append(Step(shown, timeout, lambda limit: self._run_step(function, limit)))
            return function
        return register if step is None else register(step)

    def task(self, function: Function) -> Function:
        """Runs `function` in the background from the start on. A coroutine function is cancelled at a shutdown; another one must end
        when `service.sleep()` returns False."""
        self.tasks.add(function)
        return function

    def every(self, seconds: float, function: Callable[[], Any]) -> None:
        """Calls `function` now and then every so many seconds, as a background task. What it raises is logged."""
        if inspect.iscoroutinefunction(function):
            async def repeat() -> None:
                while True:
                    try:
                        await function()
                    except Exception:
                        log.exception("%s failed", getattr(function, "__name__", "a background task"))
                    await asyncio.sleep(seconds)
            self.task(repeat)
            return

        def repeat_in_thread() -> None:
            while True:
                try:
                    function()
                except Exception:
                    log.exception("%s failed", getattr(function, "__name__", "a background task"))
                if not self.sleep(seconds):
                    return
        self.task(repeat_in_thread)

    def on_stop(self, function: Callable[[], Any]) -> Callable[[], None]:
        """Calls `function`, in the shutdown's thread, when the drain begins: to tell streams. It must not block. Returns what takes
        it back."""
        return self.shutdown.when_stopping(function)

    def logging(self, json: bool = False, level: int = logging.INFO) -> None:
        """Logs one line an event to stderr and for GET /health/logs, those of the server's loggers too."""
        logs.set_up(self.ring, json, level)

    # What the program asks

    @property
    def should_shutdown(self) -> bool:
        asked = self.shutdown.requested.is_set()
        if self._group is None:
            return asked or self._is_being_replaced
        return self._group.is_shutting_down or (asked and self.shutdown.mode != "scheduled")  # which another worker may have taken back

    def sleep(self, seconds: float) -> bool:
        """Waits; False as soon as the service drains: `while service.sleep(60): …`. A scheduled shutdown's notice goes on."""
        until = time.monotonic() + seconds
        stopping = self.shutdown.stopping
        # In pieces: a signal that the kernel gave to another thread is handled when the main thread wakes, and does not wake it.
        while not stopping.wait(max(0.0, min(until - time.monotonic(), WAKES))):
            if time.monotonic() >= until:
                return True
        return False

    async def sleep_async(self, seconds: float) -> bool:
        """The same for coroutines."""
        loop = asyncio.get_running_loop()
        woken = asyncio.Event()
        remove = self.shutdown.when_stopping(lambda: loop.call_soon_threadsafe(woken.set))
        try:
            await asyncio.wait_for(woken.wait(), seconds)
        except asyncio.TimeoutError:
            pass
        finally:
            remove()
        return not self.shutdown.stopping.is_set()

    @property
    def exit_code(self) -> int:
        """0 clean, 3 a step failed or timed out, 4 requests were cut off."""
        return self.shutdown.exit_code

    # Ways to serve

    def asgi(self, app: Any) -> HephaestusMiddleware:
        """The application with the endpoints in front: for FastAPI, Starlette, Litestar, Quart, Django under any ASGI server."""
        from .asgi import HephaestusMiddleware
        return HephaestusMiddleware(app, self)

    def wsgi(self, app: Any) -> WsgiMiddleware:
        """The application with the endpoints in front: for Flask, Django and others under any WSGI server."""
        from .wsgi import WsgiMiddleware
        return WsgiMiddleware(app, self)

    def aiohttp(self, app: Any) -> None:
        """Adds the endpoints to an aiohttp.web application."""
        from .aiohttp import install
        install(app, self)

    def listen(self, address: str) -> str:
        """Serves the endpoints alone, by a thread: at `HOST:PORT` (port 0: a free one) or `unix:PATH`. Returns the address.
        Raises OSError if it is taken, AccessError beyond loopback without a token."""
        from .listener import Listener
        listener = Listener(self, address)
        self._listeners.append(listener)
        self._kept[address] = listener.socket
        self._restart = Restart(self._kept)
        self.begin()
        listener.start()  # whoever is answered may send a signal
        return listener.address

    def run(self, app: Any, **options: Any) -> int:
        """Serves an ASGI application by uvicorn, with its options (host, port, fd, uds, …), until a shutdown has ended. Returns the
        exit code. Under it `POST /health/restart` replaces the process and keeps the listening socket."""
        from .uvicorn import run
        return run(self, app, options)

    def __enter__(self) -> Service:
        """For a program with a loop of its own. In the main thread it takes SIGTERM and SIGINT."""
        self._has_block = self._in_block = True
        self.in_flight.begin()
        self.begin()
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], problem: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        """Shuts down, if nothing has yet, and returns when all steps have run; those that are plain functions run here."""
        self._in_block = False
        self.in_flight.end()
        result = self.shutdown.request("immediate")
        result.add_done_callback(lambda _: self.runner.main.stop())
        while not result.done():
            self.runner.main.take()
        self._let_answers_go()
        if self._restart is not None and self.shutdown.mode == "restart":
            self._restart.execute()
        self._close_listeners()

    # What servers and endpoints use

    def begin(self, loop: Optional[asyncio.AbstractEventLoop] = None) -> None:
        """The program serves from now on. The ways in call it, in the event loop's thread where there is one."""
        if loop is not None:
            self.runner.loop = loop
        has_begun, self._has_begun = self._has_begun, True
        if not has_begun:
            self._join_workers()
        self._signals.take(loop)
        handle = self._signals.handle_of_sigterm
        if loop is not None and self._group is None and self._restart is None and is_hypercorn(handle):
            self._restart = HypercornRestart(loop, handle, lambda: {each.socket.fileno() for each in self._listeners})
        self.checks.start()
        self.tasks.start()
        if self.code is not None:
            self.code.start()
        if not has_begun:
            self._listen_for_wrapper()
        self.shutdown.started()
        if self._group is not None and not has_begun:
            self._group.start()
        if not has_begun and self._identity.get("commit"):
            self._looker = threading.Thread(target=self._look_for_changes, name="hephaestus-identity", daemon=True)
            self._looker.start()

    def _look_for_changes(self) -> None:
        """Of all workers one looks: as of their master's start, git may have more than one answer."""
        if self._group is None or self._group.workers.may_look_for_changes():
            dirty = was_dirty(self._identity["worktree"], self._identity["commit"], self.started_at, lambda: self._is_ending)
            if self._group is not None:
                self._group.workers.say_dirty(dirty)
        else:
            dirty = self._group.workers.dirty()
        if dirty is not None:
            self._encoded_identity = as_text({**self._identity, "dirty": dirty})

    def _join_workers(self) -> None:
        self._group = join_group(self)
        if self._group is None:
            return
        workers = self._group.workers
        self.instance_id, self.started_at, self.began = workers.instance_id, workers.started_at, workers.began
        self._encode_names(workers.master)

    def _listen_for_wrapper(self) -> None:
        """So that it finds the endpoints whatever server the program has."""
        if self._wrapper_address is None:
            return
        from .listener import Listener
        try:
            listener = Listener(self, self._wrapper_address, counts=False)
        except (OSError, AccessError) as problem:
            log.debug("no endpoints for the wrapper: %s", problem)  # another worker has them
            return
        self._listeners.append(listener)
        listener.start()

    def first_checks(self) -> None:
        """Runs all checks once, 5 s at most: a configured dependency has been tried before the service calls itself started."""
        wait([self.checks.run_all()], FIRST_CHECK_TIMEOUT)

    def basic_body(self) -> bytes:
        """As JSON, in UTF-8."""
        return as_bytes(self._basic(self.should_shutdown) + "}")

    def _basic(self, should_shutdown: bool) -> str:
        return '{"status":"%s","uptime_seconds":%.3f,%s' % (
            "shutting_down" if should_shutdown else "healthy", time.monotonic() - self.began, self._names)

    def detailed_body(self) -> bytes:
        """As JSON, in UTF-8. It is not made anew within a millisecond, to which times are told, unless something changed."""
        asked = self.should_shutdown
        if asked or self._group is not None:
            return self._encode_details(asked)
        state = (int(time.monotonic() * 1000), self._members(), self._resources(), self._encoded_identity,
                 self.code.found if self.code is not None else None, self._can_restart)  # before: what changes now is told next time
        if state != self._told[0]:
            self._told = state, self._encode_details(asked)
        return self._told[1]

    def _encode_details(self, asked: bool) -> bytes:
        """What seldom changes is not encoded anew."""
        body = '%s,"should_shutdown":%s,%s,"capabilities":%s,"dependencies":{%s},"resources":%s,"identity":%s' % (
            self._basic(asked), "true" if asked else "false", IMPLEMENTATION, encoded_names(tuple(self.capabilities())), self._dependencies(),
            self._resources(), self._encoded_identity)
        if asked:
            progress = self.shutdown.progress()
            if self._group is not None:
                progress["in_flight"] = self._group.counted()[1]
            body += ',"shutdown":' + as_text(progress)
        if self.code is not None:
            body += ',"code":' + (self.code.encoded() if self._group is None else self._group.code())
        return as_bytes(body + "}")

    def _dependencies(self) -> str:
        if self._group is not None:
            return self._group.dependencies().at_present()
        members = self._members()
        known, together = self._joined
        if known != members:
            together = joined(members)
            self._joined = members, together
        return together.at_present()

    def _members(self) -> List[Member]:
        return [each.member() for each in list(self.dependencies.values())]

    def reports(self) -> Dict[str, Json]:
        """Of the dependencies in use, by name."""
        told: Dict[str, Json] = json.loads("{" + self._dependencies() + "}")
        return {name: report for name, report in told.items() if report["status"] != "not_used"}

    def capabilities(self) -> List[str]:
        return ["logs", "check", *(["code"] if self.code is not None else []), *(["restart"] if self._can_restart else [])]

    @property
    def _is_being_replaced(self) -> bool:
        """True from the moment that hypercorn was asked to end for another process."""
        return isinstance(self._restart, HypercornRestart) and self._restart.has_begun

    def take_servers_signal(self) -> bool:
        """True if one came while the server started, before the service took signals: the server ends, and the service has to."""
        return self._signals.take_servers_signal()

    def request_end(self) -> Future[Json]:
        """The server ends by itself."""
        return self.shutdown.request("restart" if self._is_being_replaced else "signal")

    @property
    def _can_restart(self) -> bool:
        handover = self._group.handover if self._group is not None else None
        return self._restart is not None or (handover is not None and handover.obstacle() is None)

    @property
    def is_wrapped(self) -> bool:
        """True under `hephaestus run`."""
        return self._wrapper_address is not None

    def resources(self) -> Json:
        resources: Json = json.loads(self._resources())
        return resources

    def _resources(self) -> str:
        now = time.monotonic()
        group = self._group
        if now >= self._used_until:
            self._used, self._used_until = as_text(process.used() if group is None else group.used())[1:], now + SAMPLE
        tasks, in_flight = (self.tasks.running.count, self.in_flight.count - self._in_block) if group is None else group.counted()
        return '{"open_connections":%d,"background_tasks":%d,"in_flight_requests":%d,%s' % (
            self.connections.count(), tasks, in_flight, self._used)

    def code_verdict(self) -> Optional[str]:
        """`unknown`, `fresh` or `stale`; None: it is not told."""
        if self.code is None:
            return None
        return str((self.code.verdict() if self._group is None else self._group.verdict())["verdict"])

    @property
    def identity(self) -> Json:
        """Where the process was started; what is not known is missing."""
        return self._identity

    @property
    def is_one_of_several(self) -> bool:
        """True in a worker of a server that has several processes."""
        return self._group is not None

    def compared(self, longest: float) -> Future[None]:
        """Done when a comparison with the code on disk that began later has ended, or after so many seconds. Only if there is `code`."""
        assert self.code is not None
        return self.code.compared(longest) if self._group is None else self._group.compared(longest)

    def request_shutdown(self, mode: str, delay: Optional[float] = None) -> Future[Json]:
        """As Shutdown.request(), at all workers of a server that has several."""
        return self.shutdown.request(mode, delay, "endpoint") if self._group is None else self._group.ask(mode, delay)

    def cancel_shutdown(self) -> bool:
        """As Shutdown.cancel()."""
        return self.shutdown.cancel() if self._group is None else self._group.cancel()

    @property
    def is_ready(self) -> bool:
        return self.shutdown.is_running and not self.should_shutdown

    @property
    def was_signalled(self) -> bool:
        """Or would not know."""
        return self._signals.have_come or not self._signals.are_taken

    def counted_refusals(self) -> Dict[str, int]:
        return self.refusals if self._group is None else self._group.workers.refusals()

    def count_refusal(self, code: str) -> None:
        self.refusals[code] += 1
        if self._group is not None:
            self._group.workers.say_refusals(self.refusals)

    def set_application(self, step: Optional[Step]) -> None:
        """The application's own clean-up, which runs before the registered steps."""
        self._application = step

    def set_restart(self, restart: Optional[Restart]) -> None:
        """How the process is replaced; with None it cannot be."""
        self._restart = restart

    def restart(self) -> Optional[str]:
        """Begins a restart in place; or says why it is impossible."""
        if self._group is not None and self._group.handover is not None:
            return "a shutdown is under way" if self.should_shutdown else self._group.handover.begin()
        if self._restart is None:
            return "the server of this program does not hand its listening sockets over" if self._group is None \
                else "the listening sockets are those of the workers' master, which does not hand them over"
        problem = self._restart.problem()
        if problem is None and self.should_shutdown:
            problem = "a shutdown is under way"
        if problem is None:
            if isinstance(self._restart, HypercornRestart):
                self._restart.begin()
            else:
                self.shutdown.request("restart")
        return problem

    @property
    def has_begun(self) -> bool:
        """True once this process serves."""
        return self._has_begun

    @property
    def takes_work(self) -> bool:
        """False while it drains or cleans up: other routes than the protocol's answer 503. A restart goes on until nobody asks."""
        if self.shutdown.is_running:
            return True
        phase = self.shutdown.phase
        return phase in (Phase.STARTING, Phase.RUNNING, Phase.NOTICE) and not (self.should_shutdown and phase is not Phase.NOTICE) \
            or self.shutdown.mode == "restart"

    def enter(self) -> bool:
        """Counts one request more, which ends with `in_flight.end()`. False: the service drains, and the request is refused."""
        self.in_flight.begin()
        if self.takes_work:
            return True
        self.in_flight.take_back()
        return False

    def _make_steps(self) -> List[Step]:
        steps = [Step("background tasks", STEP_TIMEOUT, self._stop_tasks)]
        if self._application is not None:
            steps.append(self._application)
        steps.extend(reversed(self._steps))
        steps.append(Step("logs", STEP_TIMEOUT, lambda _: process.flush()))
        return steps

    def _stop_tasks(self, timeout: float) -> None:
        began = time.monotonic()
        self.tasks.stop(timeout)
        self.checks.settle(max(0.0, timeout - (time.monotonic() - began)))

    def _run_step(self, function: Callable[[], Any], timeout: float) -> None:
        self.runner.run(function, timeout)

    def _signalled(self, number: int) -> None:
        log.info("%s: shutting down", signal.Signals(number).name)
        if self._group is not None and self._group.is_replaced:
            self._signals.pass_on(number)  # the server stops to accept, and ends its requests; then its end runs the steps
        else:
            self.shutdown.request("signal", asked_by="signal")

    def _leave_note(self) -> None:
        """Of who asked for the end: who watches may have seen nothing of it. Of several workers the one does that was asked. One that got a
        signal does not know whether the others did."""
        asked_by = self.shutdown.asked_by
        if asked_by is None or self.shutdown.mode == "restart" or (self._group is not None and asked_by == "signal"):
            return
        try:
            if self._group is None:
                endnote.leave(self.instance_id, os.getpid(), asked_by, self.exit_code)
            else:  # a master that is asked to end does so with 0, however its workers ended
                endnote.leave(self.instance_id, self._group.workers.master, asked_by, 0, is_complete=self.exit_code == 0)
        except Exception as problem:  # noqa: BLE001: the shutdown goes on without it
            log.debug("no note of the end: %s", problem)

    def _leave(self) -> None:
        """When the shutdown has ended, in a thread of its own: the answers go out, then the process ends."""
        self._let_answers_go()
        if self._group is not None:
            self._group.leave()
        if not self._has_block and not self._is_being_replaced:
            self._end_others()
            self._close_listeners()
            ends_master = self.shutdown.mode != "signal" and (self._group is None or self._group.may_end_master())
            self._signals.hand_on(self.exit_code, self._masters() if ends_master else [])
        time.sleep(GRACE)
        process.leave(self._process_code)  # whatever keeps it: a thread, a stream that was cut off

    def _end_others(self) -> None:
        """The process ends with this service. Others in it drain and run their steps before; those of `with service` end with their block."""
        others = [each for each in list(_in_process) if each is not self and each.has_begun and not each._has_block]
        mode = "restart" if self.shutdown.mode == "restart" else "signal"
        ends = [each.shutdown.request(mode, asked_by=self.shutdown.asked_by) for each in others]
        wait(ends, max((each._longest_end() for each in others), default=0.0))

    def _longest_end(self) -> float:
        """Seconds until the watchdog would end it."""
        return self._drain + sum(step.timeout for step in self._make_steps()) + GRACE

    def _masters(self) -> List[int]:
        """Of the servers that would go on when this worker has left: its own last, since that ends this one."""
        own = master_pid()
        handover = self._group.handover if self._group is not None else None
        return (handover.other_masters() if handover is not None else []) + ([own] if own else [])

    @property
    def _process_code(self) -> int:
        """3 and 4 of a worker mean to gunicorn that the application cannot be started."""
        return self.exit_code if self._group is None else min(self.exit_code, 1)

    def leave_workers(self) -> None:
        """The shutdown has ended: where this is one of several workers, it does not count any more."""
        if self._group is not None:
            self._group.end()

    def _let_answers_go(self) -> None:
        """Those under way, and those to requests that have come and were not read yet; whoever has connected gets to ask."""
        self.is_leaving = True
        if self.shutdown.mode == "restart":
            for listener in self._listeners:
                listener.stop_accepting()
        deadline = time.monotonic() + ANSWER_TIMEOUT
        while time.monotonic() < deadline:
            before = self.last_answers.count_ended()
            time.sleep(LATE)
            self.runner.let_loop_turn(max(0.0, deadline - time.monotonic()))
            self.last_answers.wait(max(0.0, deadline - time.monotonic()))
            if self.last_answers.count_ended() == before and not self.connections.newcomers():
                return

    def _close_listeners(self) -> None:
        for listener in self._listeners:
            listener.close()

    def _end_threads(self) -> None:
        """Those that wake often."""
        self._is_ending = True
        if self._looker is not None:
            self._looker.join(THREADS_TIMEOUT)
        if self.code is not None:
            self.code.stop()
        if self._group is not None:
            self._group.workers.stop()

    def _at_exit(self) -> None:
        """A server that ended by itself has not told us: the steps run now."""
        if not self._has_begun:
            return
        if not self.shutdown.result.done():
            try:
                self.request_end().result(self._longest_end())
            except FutureTimeoutError:
                process.leave(ABANDONED)
        self.leave_workers()
        self._end_threads()
        if self._restart is not None and self._is_being_replaced:
            self._close_listeners()
            self._restart.execute()
        if self.exit_code:
            process.leave(self._process_code)
