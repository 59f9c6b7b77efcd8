# SPDX-License-Identifier: GPL-3.0-or-later
"""Sections 1 to 3: the endpoints and the bodies. These rows only read."""
import contextlib
import http.client
import re
import time
from datetime import datetime

from rows import expect, expect_equal, row
from subject import eventually

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
BASIC = ("status", "uptime_seconds", "start_time", "version", "service")


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def body(subject, path):
    subject.running()
    answer = subject.get(path)
    expect_equal(answer.status, 200, f"GET {path}")
    expect(isinstance(answer.json, dict), f"GET {path}: the body is not an object")
    return answer.json


def expect_error_body(answer, what):
    error = answer.json.get("error") if isinstance(answer.json, dict) else None
    expect(isinstance(error, dict), f"{what}: the body is not {{\"error\": {{…}}}}: {answer.body[:200]!r}")
    for field in ("code", "message"):
        expect(isinstance(error.get(field), str) and error[field], f"{what}: error.{field} is not a text: {error!r}")


def expect_basic(seen, what):
    for field in BASIC:
        expect(field in seen, f"{what}: no field {field}")
    expect_equal(seen["status"], "healthy", f"{what}: status")
    expect(is_number(seen["uptime_seconds"]) and seen["uptime_seconds"] >= 0, f"{what}: uptime_seconds is {seen['uptime_seconds']!r}")
    expect(isinstance(seen["start_time"], str) and TIME.fullmatch(seen["start_time"]),
           f"{what}: start_time is {seen['start_time']!r}, expected UTC with milliseconds and Z")
    for field in ("version", "service"):
        expect(isinstance(seen[field], str) and seen[field], f"{what}: {field} is {seen[field]!r}")


@row("GET /health/live answers 200 with the basic body", shared=True)
def live(subject):
    expect_basic(body(subject, "/health/live"), "/health/live")


@row("GET /health is an alias of /health/live", shared=True)
def health(subject):
    expect_basic(body(subject, "/health"), "/health")
    here, there = body(subject, "/health"), body(subject, "/health/live")
    for field in here.keys() | there.keys():
        if field != "uptime_seconds":
            expect_equal(here.get(field), there.get(field), f"{field} in /health, beside /health/live")


@row("GET /health/status answers 200 with the basic body and more", shared=True)
def status(subject):
    seen = body(subject, "/health/status")
    expect_basic(seen, "/health/status")
    for field in ("should_shutdown", "dependencies", "resources"):
        expect(field in seen, f"no field {field}")
    basic = body(subject, "/health/live")
    for field in ("start_time", "version", "service"):
        expect_equal(seen[field], basic[field], f"{field}, beside /health/live")


@row("HEAD answers like GET, without a body", shared=True)
def head(subject):
    subject.running()
    for path in ("/health", "/health/live", "/health/status"):
        received = subject.raw(subject.head_bytes("HEAD", path) + b"Connection: close\r\n\r\n")
        first, _, rest = received.partition(b"\r\n")
        expect(re.match(rb"HTTP/1\.[01] 200 ", first), f"HEAD {path}: {first!r}")
        _, _, content = rest.partition(b"\r\n\r\n")
        expect(b"\r\n\r\n" in rest and not content, f"HEAD {path}: {len(content)} bytes after the head: {content[:100]!r}")


@row("two requests on one connection are both answered", shared=True)
def keep_alive(subject):
    subject.running()
    connection = http.client.HTTPConnection(subject.host, subject.port, timeout=10)
    with contextlib.closing(connection):
        for _ in range(2):
            connection.request("GET", "/health/live")
            reply = connection.getresponse()
            expect_equal(reply.status, 200, "GET /health/live")
            expect(len(reply.read()) > 2, "the body is empty")


WRONG = {
    "/health": ("GET", ("POST", "PUT", "DELETE", "PATCH")),
    "/health/live": ("GET", ("POST", "PUT", "DELETE", "PATCH")),
    "/health/status": ("GET", ("POST", "PUT", "DELETE", "PATCH")),
    "/health/shutdown": ("POST", ("GET", "HEAD", "PUT", "PATCH")),
    "/shutdown": ("POST", ("GET", "HEAD", "PUT", "PATCH")),
    "/health/shutdown/schedule": ("POST", ("GET", "HEAD", "PUT", "PATCH")),
}


def wrong_method(path, allowed, methods):
    @row(f"a wrong method on {path} gets 405 with Allow, and does nothing", shared=True)
    def check(subject):
        subject.running()
        for method in methods:
            answer = subject.ask(method, path)
            expect_equal(answer.status, 405, f"{method} {path}")
            allow = [each.strip() for each in answer.headers.get("allow", "").split(",")]
            expect(allowed in allow and method not in allow, f"{method} {path}: Allow is {answer.headers.get('allow')!r}")
            if method != "HEAD":
                expect_error_body(answer, f"{method} {path}")
        expect_equal(body(subject, "/health/live")["status"], "healthy", "status afterwards")


for each, (right, others) in WRONG.items():
    wrong_method(each, right, others)


@row("an unknown path gets 404, and under /health the error body", shared=True)
def unknown_path(subject):
    subject.running()
    for path in ("/no-such-thing", "/health/no-such-thing", "/health/shutdown/no-such-thing"):
        for method in ("GET", "POST"):
            answer = subject.ask(method, path)
            expect_equal(answer.status, 404, f"{method} {path}")
            if path.startswith("/health"):  # the error bodies of an application stay as they are
                expect_error_body(answer, f"{method} {path}")


@row("uptime_seconds is seconds: it grows as time does, with fractions", shared=True)
def uptime(subject):
    subject.running()
    before = time.monotonic()
    first = body(subject, "/health/live")["uptime_seconds"]
    between = time.monotonic()
    time.sleep(1)
    between_too = time.monotonic()
    second = body(subject, "/health/live")["uptime_seconds"]
    after = time.monotonic()
    slack = 0.15  # a service may encode its body ten times a second, not for every reader
    least, most = between_too - between - slack, after - before + slack
    expect(least <= second - first <= most, f"it grew by {second - first:.3f} while {least:.3f} to {most:.3f} s passed")
    expect(first % 1 or second % 1, f"{first} and {second}: no fractions")


@row("start_time is when the process started, and stays", shared=True)
def start_time(subject):
    seen = body(subject, "/health/live")
    began = datetime.fromisoformat(seen["start_time"].replace("Z", "+00:00")).timestamp()
    expect(subject.started - 0.5 <= began <= time.time(), f"start_time {seen['start_time']} is not between the command's start and now")
    expect_equal(body(subject, "/health/live")["start_time"], seen["start_time"], "start_time a moment later")
    expect(abs(began + seen["uptime_seconds"] - time.time()) < 2, "start_time and uptime_seconds together are not now")


@row("should_shutdown is false while nobody asked for it", shared=True)
def should_shutdown(subject):
    expect(body(subject, "/health/status")["should_shutdown"] is False, "should_shutdown is not false")


@row("dependencies is an object of working, error or not_used ones", shared=True)
def dependencies(subject):
    seen = body(subject, "/health/status")["dependencies"]
    expect(isinstance(seen, dict), f"dependencies is {seen!r}")
    for name, dependency in seen.items():
        expect(isinstance(dependency, dict), f"{name} is {dependency!r}")
        expect(dependency.get("status") in ("working", "error", "not_used"), f"{name}: status is {dependency.get('status')!r}")


def used(subject):
    return {name: each for name, each in body(subject, "/health/status")["dependencies"].items() if each.get("status") != "not_used"}


@row("the other fields of a dependency that is not used are null or absent", shared=True)
def not_used(subject):
    for name, dependency in body(subject, "/health/status")["dependencies"].items():
        if dependency.get("status") == "not_used":
            filled = [field for field in dependency if field != "status" and dependency[field] is not None]
            expect(not filled, f"{name} is not used, but has {', '.join(filled)}")


@row("a used dependency has counts, and seconds since its last success and failure, or -1", shared=True)
def counts(subject):
    for name, dependency in used(subject).items():
        for word in ("success", "failure"):
            count, since = dependency.get(f"{word}_count"), dependency.get(f"last_{word}_seconds")
            expect(is_count(count), f"{name}: {word}_count is {count!r}")
            expect(is_number(since) and (since == -1 if count == 0 else since >= 0),
                   f"{name}: last_{word}_seconds is {since!r} after {count} of them")


@row("a used dependency was checked before the service called itself started", shared=True)
def checked(subject):
    for name, dependency in used(subject).items():
        expect(dependency["success_count"] + dependency["failure_count"] > 0, f"{name} was never touched")


@row("a dependency's status is that of its latest operation, and its error says why in one line", shared=True)
def latest(subject):
    for name, dependency in used(subject).items():
        success, failure = dependency["last_success_seconds"], dependency["last_failure_seconds"]
        succeeded = failure == -1 or 0 <= success <= failure
        failed = success == -1 or 0 <= failure <= success
        expect(succeeded if dependency["status"] == "working" else failed,
               f"{name} is {dependency['status']}: last success {success} s, last failure {failure} s ago")
        error = dependency.get("error")
        if dependency["status"] == "working":
            expect(error is None, f"{name} is working, with the error {error!r}")
        else:
            expect(isinstance(error, str) and error and "\n" not in error, f"{name} is in error; error is {error!r}")


@row("reading the status is not an operation on the dependencies", shared=True)
def reading_touches_nothing(subject):
    def operations():
        return sum(each["success_count"] + each["failure_count"] for each in used(subject).values())
    before, began = operations(), time.monotonic()
    for _ in range(200):
        body(subject, "/health/status")
    passed = time.monotonic() - began
    # Checks on an interval may have come in between, at most one a second each.
    expect(operations() - before <= (1 + passed) * len(used(subject)), f"200 reads made {operations() - before} operations in {passed:.1f} s")


@row("resources are counts", shared=True)
def resources(subject):
    seen = body(subject, "/health/status")["resources"]
    for field in ("open_connections", "background_tasks"):
        expect(is_count(seen.get(field)), f"{field} is {seen.get(field)!r}")


@row("open_connections counts the connections that are open", shared=True)
def open_connections(subject):
    def count():
        return body(subject, "/health/status")["resources"]["open_connections"]
    subject.running()
    eventually(lambda: count() == 1, "open_connections is 1 when only the one that asks is open")
    with contextlib.ExitStack() as connections:
        for _ in range(5):
            connections.enter_context(subject.connect())
        eventually(lambda: count() == 6, "open_connections is 6 with five idle ones open")
    eventually(lambda: count() == 1, "open_connections is 1 again when they are closed")
