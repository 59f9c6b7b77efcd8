# SPDX-License-Identifier: GPL-3.0-or-later
"""The health and shutdown protocol (sections 1 to 5) for a FastAPI or Starlette application under uvicorn. One file, to copy.

    service = Service(app, "orders", "2.1")
    database = service.dependency("database", pool_size=1)     # with database.call(): …  counts what happens inside

    @service.cleanup                                           # last registered first; each has 10 s
    async def close_database(): …

    sys.exit(service.run(port=8000))

Everything happens in the event loop's thread. A second SIGTERM or SIGINT, 200 ms or more after the first, ends the process with
128 + n. Exit codes: 0 clean, 3 a step failed or timed out, 4 requests were still in flight after the drain.
"""
import asyncio
import contextlib
import os
import sys
import time
from datetime import datetime, timezone

import uvicorn
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Route


class Dependency:
    """What real calls and checks of one dependency came to; both go through call()."""

    def __init__(self, **details):
        self.details, self.error, self.counts, self.last = details, None, [0, 0], [None, None]

    @contextlib.contextmanager
    def call(self):
        try:
            yield
            self.error = None
        except Exception as problem:
            self.error = " ".join(str(problem).split()) or type(problem).__name__
            raise
        finally:
            failed = self.error is not None
            self.counts[failed], self.last[failed] = self.counts[failed] + 1, time.monotonic()

    def report(self):
        since = [-1 if when is None else round(time.monotonic() - when, 3) for when in self.last]
        return {"status": "error" if self.error else "working", **self.details, "error": self.error,
                "last_success_seconds": since[0], "last_failure_seconds": since[1],
                "success_count": self.counts[0], "failure_count": self.counts[1]}


class Service:
    """One process: its state, its endpoints, its one shutdown. `notice` and `drain` in seconds."""

    def __init__(self, app, name, version, notice=1, drain=30):
        self.app, self.name, self.version, self.notice, self.drain = app, name, version, notice, drain
        self.start_time = datetime.now(timezone.utc).isoformat(timespec="milliseconds")[:23] + "Z"
        self.began, self.in_flight, self.exit_code = time.monotonic(), 0, 0
        self.dependencies, self.tasks, self.steps = {}, [], []
        self.ending = self.signalled = None  # the task of the shutdown; when the first signal came
        app.middleware("http")(self._count)
        app.add_exception_handler(HTTPException, self._refused)
        for methods, endpoint, *paths in (
                (["GET", "HEAD"], self._live, "/health", "/health/live"), (["GET", "HEAD"], self._status, "/health/status"),
                (["POST"], self._shutdown, "/health/shutdown", "/shutdown"), (["POST"], self._schedule, "/health/shutdown/schedule")):
            app.router.routes.extend(Route(path, endpoint, methods=methods) for path in paths)

    def dependency(self, name, **details):
        return self.dependencies.setdefault(name, Dependency(**details))

    def cleanup(self, step, timeout=10):
        self.steps.insert(0, (step, timeout))
        return step

    def every(self, seconds, check):
        """Calls `check` now and then every so many seconds, as a background task; what it raises is in its dependency's report."""
        async def repeat():
            while True:
                with contextlib.suppress(Exception):
                    check()
                await asyncio.sleep(seconds)
        self.tasks.append(repeat)

    def run(self, **options):
        """Serves until a shutdown has ended, with uvicorn's options (host, port, fd, uds, …); returns the exit code."""
        self.server = _Server(self, uvicorn.Config(self.app, lifespan="off", **{"log_level": "warning", **options}))
        self.server.run()
        return self.exit_code

    def end(self, mode):
        """Begins the shutdown, or joins the one that has begun; immediate ends a notice."""
        if mode == "immediate":
            self.hurry.set()
        self.ending = self.ending or asyncio.get_running_loop().create_task(self._end(mode))
        return self.ending

    async def _end(self, mode):
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.hurry.wait(), self.notice)
        drained = began = time.monotonic()
        while self.in_flight and drained < began + self.drain:
            await asyncio.sleep(0.01)
            drained = time.monotonic()
        self.exit_code = 4 if self.in_flight else 0
        for step, timeout in [(self._stop_tasks, 10), *self.steps]:
            try:
                await asyncio.wait_for(step(), timeout)
            except Exception as problem:
                print(f"clean-up step {step.__name__} failed: {problem!r}", file=sys.stderr, flush=True)
                self.exit_code = self.exit_code or 3
        self.server.should_exit = True  # uvicorn sends the answers that wait for this, and leaves
        asyncio.get_running_loop().call_later(1, setattr, self.server, "force_exit", True)
        return {"status": "shutdown_incomplete" if self.exit_code else "shutdown_complete",
                "cleanup_duration_seconds": round(time.monotonic() - drained, 3), "mode": mode}

    async def _stop_tasks(self):
        for task in self.tasks:
            task.cancel()
        if self.tasks:
            await asyncio.wait(self.tasks)

    def basic(self):
        return {"status": "shutting_down" if self.ending else "healthy",
                "uptime_seconds": round(time.monotonic() - self.began, 3), "start_time": self.start_time,
                "version": self.version, "service": self.name}

    async def _live(self, request):
        return JSONResponse(self.basic())

    async def _status(self, request):
        return JSONResponse({**self.basic(), "should_shutdown": bool(self.ending),
                             "dependencies": {name: each.report() for name, each in self.dependencies.items()},
                             "resources": {"open_connections": len(self.server.server_state.connections),
                                           "background_tasks": sum(not task.done() for task in self.tasks)}})

    async def _shutdown(self, request):
        result = await asyncio.shield(self.end("immediate"))  # goes on when the caller goes away
        return JSONResponse(result, 500 if self.exit_code else 200)

    async def _schedule(self, request):
        self.end("scheduled")
        return JSONResponse({"status": "shutdown_scheduled", "should_shutdown": True, "mode": "scheduled",
                             "message": "Shutdown will occur after current requests complete"})

    async def _refused(self, request, problem):
        return _error(problem.status_code, problem.detail.lower().replace(" ", "_"), problem.detail, problem.headers)

    async def _count(self, request, call_next):
        if request.url.path == "/shutdown" or request.url.path.startswith("/health"):
            return await call_next(request)
        if self.ending:
            return _error(503, "shutting_down", "The service is shutting down", {"Connection": "close", "Retry-After": "5"})
        self.in_flight += 1
        try:
            return await call_next(request)
        finally:
            self.in_flight -= 1


class _Server(uvicorn.Server):
    def __init__(self, service, config):
        super().__init__(config)
        self.service = service

    async def startup(self, sockets=None):
        self.loop, self.service.hurry = asyncio.get_running_loop(), asyncio.Event()
        self.service.tasks = [self.loop.create_task(task()) for task in self.service.tasks]
        await asyncio.sleep(0)  # the first checks run before the service can be reached
        await super().startup(sockets=sockets)

    def handle_exit(self, number, frame):  # uvicorn's own would not clean up
        self.service.signalled = self.service.signalled or time.monotonic()
        if time.monotonic() - self.service.signalled >= 0.2:
            os._exit(128 + number)
        self.loop.call_soon_threadsafe(self.service.end, "immediate")


def _error(status, code, message, headers=None):
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)
