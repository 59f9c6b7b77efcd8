#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service with one route of its own and an SQLite database, that speaks the health and shutdown protocol.

Debian: apt-get install python3-fastapi python3-uvicorn; then: service.py --port 8000 [--name NAME] [--database FILE]
"""
import argparse, asyncio, contextlib, os, sqlite3, sys, time
from datetime import datetime, timezone

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

NOTICE, DRAIN, STEP = 1, 30, 10  # seconds: before a scheduled shutdown, for requests in flight, for each clean-up step
parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--name", default="python-example")
parser.add_argument("--database", default=":memory:")
options = parser.parse_args()
app = FastAPI(openapi_url=None)


class Dependency:  # real calls and checks both go through call()
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


class Service(uvicorn.Server):
    start_time, began = datetime.now(timezone.utc).isoformat(timespec="milliseconds")[:23] + "Z", time.monotonic()
    in_flight, exit_code, ending, signalled = 0, 0, None, None

    async def startup(self, sockets=None):
        self.loop, self.hurry, self.database = asyncio.get_running_loop(), asyncio.Event(), Dependency(pool_size=1)
        self.connection = sqlite3.connect(options.database)
        self.checks = self.loop.create_task(self.check_regularly())
        await asyncio.sleep(0)  # the first check runs before the service can be reached
        await super().startup(sockets=sockets)

    def query(self):
        with self.database.call():
            return self.connection.execute("SELECT 1").fetchone()[0]

    async def check_regularly(self):
        while True:
            with contextlib.suppress(sqlite3.Error):  # it is in the report
                self.query()
            await asyncio.sleep(10)

    def handle_exit(self, number, frame):  # SIGTERM and SIGINT; uvicorn's own would not clean up
        self.signalled = self.signalled or time.monotonic()
        if time.monotonic() - self.signalled >= 0.2:
            os._exit(128 + number)
        self.loop.call_soon_threadsafe(self.end, "immediate")

    def end(self, mode):  # one shutdown, however often and by whomever it is asked for
        if mode == "immediate":
            self.hurry.set()
        self.ending = self.ending or self.loop.create_task(self.clean_up(mode))
        return self.ending

    async def clean_up(self, mode):
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.hurry.wait(), NOTICE)
        drained = began = time.monotonic()
        while self.in_flight and drained < began + DRAIN:
            await asyncio.sleep(0.01)
            drained = time.monotonic()
        self.exit_code = 4 if self.in_flight else 0
        for step in self.stop_checks, self.close_database:
            try:
                await asyncio.wait_for(step(), STEP)
            except Exception as problem:
                print(f"clean-up step {step.__name__} failed: {problem!r}", file=sys.stderr, flush=True)
                self.exit_code = self.exit_code or 3
        self.should_exit = True  # uvicorn sends the answers that wait for this, and leaves
        self.loop.call_later(1, setattr, self, "force_exit", True)
        return {"status": "shutdown_incomplete" if self.exit_code else "shutdown_complete",
                "cleanup_duration_seconds": round(time.monotonic() - drained, 3), "mode": mode}

    async def stop_checks(self):
        self.checks.cancel()
        await asyncio.wait([self.checks])

    async def close_database(self):
        self.connection.close()


service = Service(uvicorn.Config(app, port=options.port, log_level="warning", lifespan="off"))


@app.get("/work")
async def work(seconds: float = 0.1):  # the service's own business: takes its time and asks the database
    await asyncio.sleep(min(seconds, 60))
    return {"answer": service.query()}


def error(status, code, message, headers=None):
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)


@app.exception_handler(HTTPException)
async def refused(request, problem):
    return error(problem.status_code, problem.detail.lower().replace(" ", "_"), problem.detail, problem.headers)


@app.middleware("http")
async def count_work(request, call_next):
    if request.url.path == "/shutdown" or request.url.path.startswith("/health"):
        return await call_next(request)
    if service.ending:
        return error(503, "shutting_down", "The service is shutting down", {"Connection": "close", "Retry-After": "5"})
    service.in_flight += 1
    try:
        return await call_next(request)
    finally:
        service.in_flight -= 1


@app.api_route("/health", methods=["GET", "HEAD"])
@app.api_route("/health/live", methods=["GET", "HEAD"])
async def live():
    return {"status": "shutting_down" if service.ending else "healthy",
            "uptime_seconds": round(time.monotonic() - service.began, 3), "start_time": service.start_time,
            "version": "1.0.0", "service": options.name}


@app.api_route("/health/status", methods=["GET", "HEAD"])
async def status():
    return {**await live(), "should_shutdown": bool(service.ending),
            "dependencies": {"database": service.database.report()},
            "resources": {"open_connections": len(service.server_state.connections),
                          "background_tasks": int(not service.checks.done())}}


@app.post("/health/shutdown")
@app.post("/shutdown")
async def shutdown():
    result = await asyncio.shield(service.end("immediate"))  # goes on when the caller goes away
    return JSONResponse(result, 500 if service.exit_code else 200)


@app.post("/health/shutdown/schedule")
async def schedule():
    service.end("scheduled")
    return {"status": "shutdown_scheduled", "should_shutdown": True, "mode": "scheduled",
            "message": "Shutdown will occur after current requests complete"}


if __name__ == "__main__":
    service.run()
    sys.exit(service.exit_code)
