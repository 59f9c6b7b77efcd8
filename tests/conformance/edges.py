# SPDX-License-Identifier: GPL-3.0-or-later
"""Section 5: the edge cases of a shutdown, as far as they can be told from outside."""
import contextlib
import http.client
import json
import signal
import socket
import struct
import subprocess
import time

from rows import expect, expect_equal, row
from shutdown import (await_slow, begin_drain, begin_slow, eventually_shutting_down, expect_complete, expect_drained,
                      expect_scheduled, expect_slow_answered, is_shutting_down)
from subject import eventually, rounds

DEATHS = (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGILL, -signal.SIGFPE, -signal.SIGKILL)


@row("two shutdown requests at once are one shutdown, and both get the same result")
def two_at_once(subject):
    several_at_once(subject, 2)


@row("eight shutdown requests at once, by both paths, are one shutdown, and all get the same result")
def eight_at_once(subject):
    several_at_once(subject, 8)


def several_at_once(subject, count):
    subject.start()
    with contextlib.ExitStack() as stack:
        # Connected beforehand, so that all requests are there before the first is answered.
        connections = [stack.enter_context(subject.connect()) for _ in range(count)]
        for number, connection in enumerate(connections):
            path = "/shutdown" if number % 2 else "/health/shutdown"
            connection.sendall(subject.head_bytes("POST", path) + b"Content-Length: 0\r\n\r\n")
        results = []
        for connection in connections:
            reply = http.client.HTTPResponse(connection)
            reply.begin()
            expect_equal(reply.status, 200, "status")
            results.append(json.loads(reply.read()))
    expect_equal(results[0].get("status"), "shutdown_complete", "the first result's status")
    for result in results[1:]:
        expect_equal(result, results[0], "another caller's result")
    subject.expect_exit(0)


@row("two shutdown requests while a request is in flight get the same result, after it", needs_slow=True)
def two_while_draining(subject):
    subject.start()
    slow = begin_slow(subject)
    callers = [subject.later("POST", "/health/shutdown"), subject.later("POST", "/shutdown")]
    expect_slow_answered(slow)
    first, second = (caller.result() for caller in callers)
    expect_complete(first)
    expect_equal(second.json, first.json, "the second result")
    subject.expect_exit(0)


@row("schedule, then immediate: the notice ends and the immediate caller gets the result")
def schedule_then_immediate(subject):
    subject.start()
    # A service that takes the delay would be there for five minutes more; one that does not, has its short notice.
    expect_scheduled(subject.post("/health/shutdown/schedule", b'{"delay_seconds": 300}'))
    expect_complete(subject.post("/health/shutdown"), modes=("immediate", "scheduled"))
    subject.expect_exit(0)


@row("schedule twice: both are told so, one shutdown follows")
def schedule_twice(subject):
    subject.start()
    expect_scheduled(subject.post("/health/shutdown/schedule"))
    expect_scheduled(subject.post("/health/shutdown/schedule"))
    subject.expect_exit(0)


@row("a signal during a scheduled shutdown joins it: exit code 0")
def signal_during_notice(subject):
    subject.start()
    expect_scheduled(subject.post("/health/shutdown/schedule", b'{"delay_seconds": 300}'))
    subject.signal(signal.SIGTERM)
    subject.expect_exit(0)


@row("a signal during a blocking shutdown joins it: the caller gets the result, exit code 0", needs_slow=True)
def signal_during_blocking(subject):
    subject.start()
    slow, shutdown = begin_drain(subject)
    subject.signal(signal.SIGTERM)
    expect_drained(subject, slow, shutdown)


@row("a blocking shutdown during one by signal joins it and gets the result", needs_slow=True)
def blocking_during_signal(subject):
    subject.start()
    slow = begin_slow(subject)
    subject.signal(signal.SIGTERM)
    eventually_shutting_down(subject)
    shutdown = subject.later("POST", "/health/shutdown")
    expect_slow_answered(slow)
    answer = shutdown.result()
    expect_equal((answer.status, answer.json.get("status")), (200, "shutdown_complete"), "the caller's result")
    subject.expect_exit(0)


def hang_up(connection, how):
    """Goes away as a closed program does (FIN), or as a crashed one (RST)."""
    if how == "RST":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@row("the client of a blocking shutdown is gone before it is read: the shutdown goes on or is refused, no crash")
def gone_at_once(subject):
    for _ in rounds(5):
        subject.start()
        connection = subject.connect()
        connection.sendall(subject.head_bytes("POST", "/health/shutdown") + b"Content-Length: 0\r\n\r\n")
        connection.close()
        # A service that asks the kernel who calls may find nobody there any more, and must refuse then (section 6).
        with contextlib.suppress(subprocess.TimeoutExpired):
            subject.process.wait(1)
        if subject.process.poll() is None:
            with contextlib.suppress(OSError, http.client.HTTPException):  # it may have stopped listening, and not ended yet
                subject.post("/health/shutdown")
        subject.expect_exit(0)


for each in ("FIN", "RST"):
    @row(f"the client of a blocking shutdown hangs up when it has begun ({each}): the shutdown goes on, exit code 0")
    def hang_up_at_once(subject, how=each):
        for _ in rounds(5):
            subject.start()
            connection = subject.connect()
            connection.sendall(subject.head_bytes("POST", "/health/shutdown") + b"Content-Length: 0\r\n\r\n")
            eventually(lambda: gone_or_shutting_down(subject), "the shutdown begins")
            hang_up(connection, how)
            subject.expect_exit(0)

    @row(f"the client of a blocking shutdown hangs up in the middle ({each}): the shutdown goes on, exit code 0", needs_slow=True)
    def hang_up_while_draining(subject, how=each):
        subject.start()
        slow = begin_slow(subject)
        connection = subject.connect()
        connection.sendall(subject.head_bytes("POST", "/health/shutdown") + b"Content-Length: 0\r\n\r\n")
        eventually_shutting_down(subject)
        hang_up(connection, how)
        expect_slow_answered(slow)
        subject.expect_exit(0)


def gone_or_shutting_down(subject):
    try:
        return is_shutting_down(subject)
    except (OSError, http.client.HTTPException):
        return True


@row("the client of a request in flight hangs up while draining: no crash, exit code 0", needs_slow=True)
def worker_client_gone(subject):
    subject.start()
    connection = subject.connect()
    connection.sendall(subject.head_bytes("GET", subject.slow) + b"\r\n")
    await_slow(subject)
    shutdown = subject.later("POST", "/health/shutdown")
    eventually_shutting_down(subject)
    hang_up(connection, "RST")
    expect_complete(shutdown.result(60))
    subject.expect_exit(0)


@row("SIGTERM at any moment of the start ends it, and nothing listens afterwards")
def while_starting(subject):
    for delay in (0, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32):
        subject.spawn()
        time.sleep(delay)
        subject.signal(signal.SIGTERM)
        code = subject.exit_code()
        # Before its handlers are installed, the signal itself is what ends it.
        expect(code in (0, -signal.SIGTERM), f"after {delay} s: exit code {code}{subject.last_words()}")
        expect(not subject.answers(), f"after {delay} s: the port still answers")


@row("restarts in a row bind the same port at once, each a new process")
def restarts(subject):
    seen = set()
    for count in rounds(20):
        subject.start()
        with subject.connect() as connection:  # closed by the service: its side is left in TIME_WAIT
            connection.sendall(subject.head_bytes("GET", "/health/live") + b"\r\n")
            reply = http.client.HTTPResponse(connection)
            reply.begin()
            seen.add(json.loads(reply.read())["start_time"])
            expect_complete(subject.post("/health/shutdown"))
            subject.expect_exit(0)
    expect_equal(len(seen), count + 1, "different start times")


@row("after the exit nothing is left: no child, no listening socket, no temporary file")
def nothing_left(subject):
    subject.start()
    expect_complete(subject.post("/health/shutdown"))
    code = subject.exit_code()
    expect(code not in DEATHS, f"exit code {code}")
    expect_equal(subject.family(), [], "processes of its session")
    expect(not subject.answers(), "the port still answers")
    expect_equal(subject.left_in_temporary_directory(), [], "files in TMPDIR")
