# SPDX-License-Identifier: GPL-3.0-or-later
"""The implementation that is judged: starts it, asks it, ends it."""
import contextlib
import dataclasses
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from rows import Failure, expect

PATIENCE = 60  # seconds until something that must happen counts as never happening


def free_port(host):
    """One below the range the kernel takes ports of outgoing connections from: nobody gets it between two starts."""
    for port in random.sample(range(20000, 32000), 100):
        with contextlib.suppress(OSError), socket.create_server((host, port)):
            return port
    raise Failure("no free port found between 20000 and 32000")


def rounds(most, least=3, seconds=3):
    """Counts rounds of what must hold every time: fewer where each takes long, so that a slow machine ends too."""
    end = time.monotonic() + seconds
    for number in range(most):
        if number >= least and time.monotonic() >= end:
            return
        yield number


def eventually(holds, what, patience=PATIENCE):
    """Waits until holds() is true, or raises Failure."""
    deadline = time.monotonic() + patience
    while not holds():
        expect(time.monotonic() < deadline, f"within {patience} s: {what}")
        time.sleep(0.01)


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict  # names in lower case
    body: bytes

    @property
    def json(self):
        kind = self.headers.get("content-type", "")
        expect(kind.split(";")[0].strip() == "application/json", f"Content-Type is {kind!r}, expected application/json")
        try:
            return json.loads(self.body.decode("utf-8"))
        except ValueError as error:
            raise Failure(f"the body is not JSON in UTF-8 ({error}): {self.body[:200]!r}") from None


class Later(threading.Thread):
    """A request whose answer is awaited elsewhere: result() gives it, or raises what went wrong."""

    def __init__(self, ask):
        super().__init__(daemon=True)
        self.ask, self.answer, self.error = ask, None, None
        self.start()

    def run(self):
        try:
            self.answer = self.ask()
        except Exception as error:  # told by result()
            self.error = error

    def result(self, patience=PATIENCE):
        self.join(patience)
        expect(not self.is_alive(), f"no answer within {patience} s")
        if self.error:
            raise Failure(f"no whole answer: {type(self.error).__name__}: {self.error}")
        return self.answer


class TooFast(Failure):
    """The slow request was over before what must happen meanwhile: on a busy machine it must take longer."""


class Subject:
    def __init__(self, host, port, command, slow_path, says=("", 0)):
        """`says`: a text that its output has so many times when all of its workers have started."""
        self.host, self.port, self.command, self.slow_path, self.says = host, port, command, slow_path, says
        self.slow_seconds = 0.7
        self.process = None
        self.directory = None  # its TMPDIR and its output, new for every start
        self.state = tempfile.TemporaryDirectory(prefix="conformance-state-")  # kept from start to start
        self.started = None  # wall clock

    @property
    def slow(self):
        return self.slow_path.replace("{seconds}", str(self.slow_seconds)).replace("{ms}", str(round(self.slow_seconds * 1000)))

    def slow_down(self):
        """Makes the slow request take longer from now on; False when it cannot, or takes long enough for any machine."""
        if self.slow == self.slow_path or self.slow_seconds > 20:
            return False
        self.slow_seconds *= 3
        return True

    # The process

    def spawn(self):
        """Starts the command in a session of its own, and does not wait for anything."""
        self.end()
        expect(not self.answers(), f"something answers on port {self.port} before the command is started")
        self.directory = Path(tempfile.mkdtemp(prefix="conformance-"))
        (self.directory / "tmp").mkdir()
        self.started = time.time()
        with open(self.directory / "output", "wb") as output:
            places = {"TMPDIR": str(self.directory / "tmp"), "XDG_STATE_HOME": self.state.name}
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                            env={**os.environ, **places}, start_new_session=True)

    def start(self):
        """Starts the command afresh and returns when it says that it is healthy, and ready where it tells that: a shutdown while it
        starts has no notice."""
        self.spawn()
        deadline = time.monotonic() + PATIENCE
        while True:
            expect(self.process.poll() is None, f"the command ended with {self.process.returncode} before it answered{self.last_words()}")
            with contextlib.suppress(OSError, http.client.HTTPException, Failure):
                answer = self.get("/health/live", timeout=2)
                if answer.status == 200 and answer.json.get("status") == "healthy" and self.get("/health/ready", timeout=2).status != 503 \
                        and self.has_said_enough():
                    return
            expect(time.monotonic() < deadline, f"not healthy within {PATIENCE} s{self.last_words()}")
            time.sleep(0.01)

    def has_said_enough(self):
        """Whether all of its workers have started, by its output."""
        text, times = self.says
        return (self.directory / "output").read_text(errors="replace").count(text) >= times

    def running(self):
        """One that runs, for rows that only read."""
        if self.process is None or self.process.poll() is not None:
            self.start()

    def last_words(self):
        lines = (self.directory / "output").read_text(errors="replace").splitlines()[-8:]
        return "".join("\n  | " + line for line in lines)

    def signal(self, number):
        self.process.send_signal(number)

    def exit_code(self, patience=PATIENCE):
        """Waits until the process is gone; a signal's death is negative."""
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            raise Failure(f"the process is still there after {patience} s{self.last_words()}") from None

    def expect_exit(self, wanted=0, patience=PATIENCE):
        code = self.exit_code(patience)
        expect(code == wanted, f"exit code: expected {wanted}, got {code}{self.last_words()}")

    def family(self):
        """Processes of its session that still run, by pid."""
        found = []
        for entry in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError, ValueError, IndexError):
                state, _, _, session = entry.read_text().rpartition(")")[2].split()[:4]
                if int(session) == self.process.pid and state != "Z":
                    found.append(int(entry.parent.name))
        return found

    def left_in_temporary_directory(self):
        return sorted(path.name for path in (self.directory / "tmp").iterdir())

    def end(self):
        """Ends it if it runs, with all of its session, whatever state it is in."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
        for pid in self.family():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)
        self.process = None

    # Asking it

    def connect(self, timeout=PATIENCE):
        return socket.create_connection((self.host, self.port), timeout)

    def answers(self):
        try:
            self.connect(1).close()
        except OSError:
            return False
        return True

    def sent(self, method, path, body=None, headers=None, timeout=PATIENCE):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        connection.request(method, path, body, headers or {})
        return connection

    @staticmethod
    def answer_on(connection):
        with contextlib.closing(connection):
            reply = connection.getresponse()
            return Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())

    def ask(self, method, path, body=None, headers=None, timeout=PATIENCE):
        return self.answer_on(self.sent(method, path, body, headers, timeout))

    def get(self, path, timeout=PATIENCE):
        return self.ask("GET", path, timeout=timeout)

    def post(self, path, body=None, timeout=PATIENCE):
        return self.ask("POST", path, body, {"Content-Type": "application/json"} if body else None, timeout)

    def later(self, method, path):
        """Returns when the request is sent."""
        connection = self.sent(method, path)
        return Later(lambda: self.answer_on(connection))

    def head_bytes(self, method, path):
        return f"{method} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n".encode()

    def raw(self, request, timeout=PATIENCE):
        """Sends bytes, and returns all that comes until the peer closes."""
        with self.connect(timeout) as connection:
            connection.sendall(request)
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
            return received
