# SPDX-License-Identifier: GPL-3.0-or-later
"""Section 4: shutting down. Every row ends the process, and so has one of its own."""
import http.client
import json
import signal
import time

from endpoints import expect_error_body, is_number
from rows import expect, expect_equal, row
from subject import TooFast, eventually, rounds


def expect_complete(answer, modes=("immediate",)):
    expect_equal(answer.status, 200, "the blocking shutdown's status")
    seen = answer.json
    expect_equal(seen.get("status"), "shutdown_complete", "the answer's status")
    expect(is_number(seen.get("cleanup_duration_seconds")) and seen["cleanup_duration_seconds"] >= 0,
           f"cleanup_duration_seconds is {seen.get('cleanup_duration_seconds')!r}")
    expect(seen.get("mode") in modes, f"mode is {seen.get('mode')!r}")


def expect_scheduled(answer):
    expect_equal(answer.status, 200, "the schedule's status")
    wanted = {"status": "shutdown_scheduled", "should_shutdown": True, "mode": "scheduled",
              "message": "Shutdown will occur after current requests complete"}
    for field, value in wanted.items():
        expect_equal(answer.json.get(field), value, field)


def expect_shutting_down(subject):
    for path in ("/health", "/health/live", "/health/status"):
        answer = subject.get(path)
        expect_equal(answer.status, 200, f"GET {path} while shutting down")
        expect_equal(answer.json.get("status"), "shutting_down", f"{path}: status")
    expect(answer.json.get("should_shutdown") is True, "should_shutdown is not true")


def is_shutting_down(subject):
    return subject.get("/health/live").json.get("status") == "shutting_down"


def eventually_shutting_down(subject):
    """While a slow request holds the shutdown up; or it may be over before anybody sees it."""
    def holds():
        try:
            return is_shutting_down(subject)
        except (OSError, http.client.HTTPException) as error:
            raise TooFast(f"gone before it was seen shutting down: {error}") from None
    eventually(holds, "/health/live says shutting_down")


def begin_slow(subject):
    """A slow request that is in flight for sure."""
    slow = subject.later("GET", subject.slow)
    await_slow(subject, slow)
    expect_unanswered(subject, slow)
    return slow


def await_slow(subject, slow=None):
    """Waits until the service has taken the slow request that was sent: what is asked later has been answered."""
    def is_there():
        if slow:
            expect_unanswered(subject, slow)
        return subject.get("/health/status").json["resources"]["open_connections"] > 1
    eventually(is_there, "the slow request's connection")
    for _ in range(10):
        subject.get("/health/live")


def expect_unanswered(subject, slow):
    if not slow.is_alive():
        raise TooFast(f"GET {subject.slow} was answered too soon for this row")


def begin_drain(subject):
    """A shutdown that waits for a slow request: both, under way for sure."""
    slow = begin_slow(subject)
    shutdown = subject.later("POST", "/health/shutdown")
    eventually_shutting_down(subject)
    return slow, shutdown


def expect_slow_answered(slow):
    answer = slow.result(60)
    expect_equal(answer.status, 200, "the slow request's status")
    expect(answer.body, "the slow request's body is empty")


def expect_drained(subject, slow, shutdown):
    expect_slow_answered(slow)
    expect_complete(shutdown.result())
    subject.expect_exit(0)


for each in ("/health/shutdown", "/shutdown"):
    @row(f"POST {each} answers shutdown_complete, then the process exits with 0")
    def immediate(subject, path=each):
        subject.start()
        expect_complete(subject.post(path))
        subject.expect_exit(0)


@row("the answer of a blocking shutdown is whole before the process exits")
def whole_answer(subject):
    for _ in rounds(10):
        subject.start()
        received = subject.raw(subject.head_bytes("POST", "/health/shutdown") + b"Content-Length: 0\r\n\r\n")
        head, _, content = received.partition(b"\r\n\r\n")
        lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        expect(len(lengths) == 1 and int(lengths[0]) == len(content), f"not one whole response: {received!r}")
        expect_equal(json.loads(content).get("status"), "shutdown_complete", "the answer's status")
        subject.expect_exit(0)


@row("POST /health/shutdown/schedule answers at once, a monitor sees shutting_down, then the process exits with 0")
def schedule(subject):
    subject.start()
    expect_scheduled(subject.post("/health/shutdown/schedule"))
    expect(subject.process.poll() is None, "the process was gone with the answer")
    expect_shutting_down(subject)
    subject.expect_exit(0)


for each in (signal.SIGTERM, signal.SIGINT):
    @row(f"{each.name} runs the same steps: exit code 0")
    def by_signal(subject, number=each):
        subject.start()
        subject.signal(number)
        subject.expect_exit(0)


@row("an idle connection and a half-sent request do not hold a shutdown up")
def idle_connections(subject):
    subject.start()
    with subject.connect(), subject.connect() as half, subject.connect() as kept:
        half.sendall(subject.head_bytes("GET", "/health/live"))  # without the empty line
        kept.sendall(subject.head_bytes("GET", "/health/live") + b"\r\n")
        expect(kept.recv(65536), "no answer on the connection that is kept")
        expect_complete(subject.post("/health/shutdown"))
        subject.expect_exit(0, 10)


@row("requests in flight are waited for and answered; only then does the shutdown answer", needs_slow=True)
def drain(subject):
    subject.start()
    slow, shutdown = begin_drain(subject)
    expect_shutting_down(subject)
    over = not shutdown.is_alive()
    expect_unanswered(subject, slow)
    expect(not over, "the shutdown answered while a request was in flight")
    expect_drained(subject, slow, shutdown)


@row("while draining every other route answers 503 with Connection: close and Retry-After", needs_slow=True)
def no_new_work(subject):
    subject.start()
    slow, shutdown = begin_drain(subject)
    refused = subject.get(subject.slow)
    expect_unanswered(subject, slow)
    expect_equal(refused.status, 503, "new work")
    expect_equal(refused.headers.get("connection", "").lower(), "close", "Connection")
    expect(refused.headers.get("retry-after", "").isdigit(), f"Retry-After is {refused.headers.get('retry-after')!r}")
    expect_error_body(refused, "new work")
    expect_drained(subject, slow, shutdown)


@row("a scheduled shutdown waits for requests in flight too", needs_slow=True)
def scheduled_drain(subject):
    subject.start()
    slow = begin_slow(subject)
    expect_scheduled(subject.post("/health/shutdown/schedule"))
    expect_slow_answered(slow)
    subject.expect_exit(0)


@row("SIGTERM waits for requests in flight too", needs_slow=True)
def signal_drain(subject):
    subject.start()
    slow = begin_slow(subject)
    subject.signal(signal.SIGTERM)
    expect_slow_answered(slow)
    subject.expect_exit(0)


@row("a second signal, later than 200 ms after the first, forces the exit with 128+n", needs_slow=True)
def second_signal(subject):
    subject.start()
    slow = begin_slow(subject)
    subject.signal(signal.SIGTERM)
    eventually_shutting_down(subject)
    time.sleep(0.25)
    expect_unanswered(subject, slow)
    subject.signal(signal.SIGINT)
    subject.expect_exit(128 + signal.SIGINT)


@row("a second signal at once is taken for the same: requests in flight are answered, exit code 0", needs_slow=True)
def double_signal(subject):
    subject.start()
    slow = begin_slow(subject)
    subject.signal(signal.SIGTERM)
    subject.signal(signal.SIGINT)
    expect_slow_answered(slow)
    subject.expect_exit(0)
