# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers with several workers: one identity, one count, one shutdown."""
import contextlib
import http.client
import importlib
import inspect
import json
import mmap
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from hephaestus_service import workers
from hephaestus_service.hypercorn import with_sockets
from hephaestus_service.workers import merged

SUBJECTS = Path(__file__).parent / "subjects"
SERVERS = {
    "gunicorn with uvicorn's workers": "gunicorn -k uvicorn.workers.UvicornH11Worker --log-level warning -w 3 -b 127.0.0.1:{port} workers_app:asgi()",
    "gunicorn that preloads": "gunicorn --preload -k uvicorn.workers.UvicornWorker --log-level warning -w 3 -b 127.0.0.1:{port} workers_app:asgi()",
    "gunicorn with threads": "gunicorn --threads 6 --log-level warning -w 3 -b 127.0.0.1:{port} workers_app:wsgi()",
    "uvicorn": "uvicorn --workers 3 --loop asyncio --http h11 --log-level warning --factory --port {port} workers_app:asgi",
    "hypercorn": "hypercorn -w 3 -b 127.0.0.1:{port} --log-level warning workers_app:asgi()",
}
TIMEOUT = 60


class Server:
    def __init__(self, command, subjects=SUBJECTS):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        words = command.format(port=self.port).split()
        pytest.importorskip(words[0])
        self.process = subprocess.Popen([sys.executable, "-B", "-m", *words], cwd=subjects)

    def ask(self, path, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        with contextlib.closing(connection):
            connection.request(method, path)
            return connection.getresponse().read().decode()

    def json(self, path, method="GET"):
        return json.loads(self.ask(path, method))

    def answers(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            return bool(self.ask("/health/live"))
        return False

    def file(self):
        return [name for name in os.listdir(workers._directory()) if f"-{self.process.pid}-" in name and name.startswith("hephaestus-workers-")]


@pytest.fixture(params=SERVERS.values(), ids=SERVERS)
def server(request, eventually):
    server = Server(request.param)
    try:
        eventually(server.answers)
        seen = set()  # all have begun when each has answered

        def have_all_answered():
            seen.update(server.ask("/") for _ in range(10))
            return len(seen) == 3
        eventually(have_all_answered, TIMEOUT)
        server.workers = {int(each) for each in seen}
        yield server
    finally:
        if server.process.poll() is None:
            server.process.terminate()
        server.process.wait(TIMEOUT)


def test_all_workers_are_one_service(server, eventually):
    bodies = [server.json("/health/live") for _ in range(12)]
    assert {(each["instance_id"], each["pid"], each["start_time"]) for each in bodies} \
        == {(bodies[0]["instance_id"], server.process.pid, bodies[0]["start_time"])}
    before = server.json("/health/status")["dependencies"]["database"]["success_count"]
    answered = {server.ask("/") for _ in range(30)}
    counts = {server.json("/health/status")["dependencies"]["database"]["success_count"] for _ in range(12)}
    assert (len(answered) > 1, counts) == (True, {before + 30})

    slow = [threading.Thread(target=server.ask, args=("/?seconds=5",)) for _ in range(6)]
    for each in slow:
        each.start()
    eventually(lambda: server.json("/health/status")["resources"]["in_flight_requests"] == 6)
    result = server.json("/health/shutdown", "POST")
    assert (result["status"], result["mode"], result["drain"]["completed"], result["drain"]["abandoned"]) \
        == ("shutdown_complete", "immediate", 6, 0)
    for each in slow:
        each.join(TIMEOUT)
    assert {step["name"] for step in result["steps"] if step["name"].startswith("close")} \
        == {f"close database (worker {pid})" for pid in server.workers}
    assert server.process.wait(TIMEOUT) == 0
    assert server.file() == []
    with socket.create_server(("127.0.0.1", server.port)):
        pass


def test_a_note_of_their_end_is_that_of_their_master(server):
    instance = server.json("/health/live")["instance_id"]
    server.json("/health/shutdown", "POST")
    assert server.process.wait(TIMEOUT) == 0
    note = Path(os.environ["XDG_STATE_HOME"], f"hephaestus/ends/{instance}.json")
    assert json.loads(note.read_bytes()) == {"instance_id": instance, "pid": server.process.pid, "reason": "endpoint", "by": "", "exit_code": 0}


def test_a_note_tells_the_code_of_the_master_and_what_its_workers_failed_at(monkeypatch, eventually):
    monkeypatch.setenv("CLEANUP_FAILS", "1")
    server = Server("gunicorn --threads 2 --log-level critical -w 2 -b 127.0.0.1:{port} workers_app:wsgi()")
    with server.process:
        eventually(server.answers)
        instance = server.json("/health/live")["instance_id"]
        assert server.json("/health/shutdown", "POST")["status"] == "shutdown_incomplete"
        code = server.process.wait(TIMEOUT)
    note = json.loads(Path(os.environ["XDG_STATE_HOME"], f"hephaestus/ends/{instance}.json").read_bytes())
    assert (note["pid"], note["exit_code"], note.get("complete")) == (server.process.pid, code, False)


def test_a_shutdown_can_be_scheduled_at_one_worker_and_taken_back_at_another(server):
    for _ in range(2):
        server.json("/health/shutdown/schedule", "POST")
        assert {server.json("/health/live")["status"] for _ in range(12)} == {"shutting_down"}
        assert server.json("/health/shutdown/schedule", "DELETE") == {"status": "shutdown_cancelled", "should_shutdown": False}
        assert {server.json("/health/live")["status"] for _ in range(12)} == {"healthy"}
    server.json("/health/shutdown/schedule", "POST")
    assert server.process.wait(TIMEOUT) == 0


def test_a_master_is_told_once_to_end(eventually):
    """Whoever asked, and at whichever worker: hypercorn's handler of SIGTERM cannot be interrupted by itself, and would wait for ever."""
    pytest.importorskip("hypercorn")
    server = Server.__new__(Server)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        server.port = probe.getsockname()[1]
    command = [sys.executable, "-B", "hypercorn_that_counts.py", "-w", "3", "-b", f"127.0.0.1:{server.port}", "--log-level", "warning",
               "workers_app:asgi()"]
    with subprocess.Popen(command, cwd=SUBJECTS, stdout=subprocess.PIPE, text=True) as server.process:
        eventually(server.answers, TIMEOUT)
        seen = set()
        eventually(lambda: len(seen.update(server.ask("/") for _ in range(10)) or seen) == 3, TIMEOUT)
        for _ in range(12):
            server.json("/health/shutdown/schedule", "POST")
        assert server.process.communicate(timeout=TIMEOUT)[0] == "SIGTERM: 1\n"
        assert server.process.returncode == 0


def test_a_killed_worker_has_counted(server, eventually):
    if "hypercorn" in server.process.args or "uvicorn" in server.process.args:
        pytest.skip("does not replace its workers")
    before = server.json("/health/status")["dependencies"]["database"]
    os.kill(min(server.workers), signal.SIGKILL)
    eventually(lambda: int(server.ask("/")) not in server.workers)  # the one in its place
    after = server.json("/health/status")
    assert after["dependencies"]["database"]["success_count"] > before["success_count"]
    assert after["pid"] == server.process.pid
    # Whoever has read an answer may be sooner than the worker that counts it.
    eventually(lambda: server.json("/health/status")["resources"]["in_flight_requests"] == 0)
    server.process.terminate()
    assert server.process.wait(TIMEOUT) == 0
    assert server.file() == []


FRESH = {"verdict": "fresh", "changed": [], "coverage": {"processes": 1, "modules": 7}}
STALE = {"verdict": "stale", "changed": [{"path": "/a", "kind": "source", "change": "modified", "pids": [2]}], "coverage": {"processes": 1}}
UNKNOWN = {"verdict": "unknown", "changed": [], "reasons": ["it was not compared yet"]}


@pytest.mark.parametrize("verdicts, verdict", [([FRESH, FRESH], "fresh"), ([FRESH, UNKNOWN], "unknown"), ([UNKNOWN, STALE], "stale"),
                                               ([FRESH, STALE], "stale"), ([], "unknown")])
def test_the_verdict_on_several_workers(verdicts, verdict):
    assert merged(verdicts)["verdict"] == verdict


def test_a_file_that_several_workers_loaded_is_told_once():
    other = {**STALE, "changed": [{**STALE["changed"][0], "pids": [1]}]}
    body = merged([STALE, FRESH, other])
    assert (body["changed"], body["coverage"]) == ([{**STALE["changed"][0], "pids": [1, 2]}], {"processes": 3, "modules": 7})


class Client(threading.Thread):
    """Makes a new connection for every request, until it is told to end."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.lost, self.count, self.goes_on = server, [], 0, True

    def run(self):
        while self.goes_on:
            try:
                assert self.server.ask("/?seconds=0.005").isdigit()
                self.count += 1
            except Exception as problem:  # noqa: BLE001: whatever it is, it was lost
                self.lost.append(repr(problem))


def gunicorn(arguments, app_dir=SUBJECTS):
    if shutil.which("gunicorn") is None:
        pytest.skip("no gunicorn")
    server = Server.__new__(Server)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        server.port = probe.getsockname()[1]
    server.process = subprocess.Popen([shutil.which("gunicorn"), "--log-level", "error", "-w", "2", "-b", f"127.0.0.1:{server.port}", *arguments],
                                      cwd=app_dir, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(SUBJECTS)})
    return server


def drops_what_it_has_accepted():
    """A newer gunicorn closes, when it ends, connections that it has accepted and not read yet; 20.1 answers them."""
    return importlib.import_module("gunicorn").version_info >= (21, 0)


@pytest.mark.parametrize("arguments", [["-k", "uvicorn.workers.UvicornWorker", "workers_app:asgi()"], ["--threads", "8", "workers_app:wsgi()"],
                                       ["--threads", "8", "--preload", "workers_app:wsgi()"]])
def test_another_gunicorn_takes_the_sockets_and_loses_nobody(arguments, eventually):
    server = gunicorn(arguments)
    eventually(server.answers, TIMEOUT)
    clients = [Client(server) for _ in range(4)]
    for client in clients:
        client.start()
    seen = [server.json("/health/live")["pid"]]

    def answer(path, method="GET"):
        try:
            return server.json(path, method)
        except (OSError, http.client.HTTPException):
            if drops_what_it_has_accepted():
                return {}
            raise
    for _ in range(3):
        eventually(lambda: answer("/health/restart", "POST").get("status") == "restart_scheduled", TIMEOUT)
        eventually(lambda: seen[-1] not in {answer("/health/live").get("pid", seen[-1]) for _ in range(6)}, TIMEOUT)
        seen.append(server.json("/health/live")["pid"])
    for client in clients:
        client.goes_on = False
    for client in clients:
        client.join(TIMEOUT)
    assert drops_what_it_has_accepted() or [client.lost for client in clients] == [[]] * 4
    assert all(client.count for client in clients) and len(set(seen)) == 4
    assert server.process.wait(TIMEOUT) == 0  # the first master has ended long since
    assert server.json("/health/shutdown", "POST")["status"] == "shutdown_complete"
    eventually(lambda: not server.answers(), TIMEOUT)


def test_a_hypercorn_without_master_executes_itself_and_loses_nobody(eventually):
    pytest.importorskip("hypercorn")
    source = inspect.getsource(importlib.import_module("hypercorn.run"))
    alone = "0" if "config.workers == 0" in source else "1"
    server = Server("hypercorn -w " + alone + " -b 127.0.0.1:{port} --log-level warning workers_app:asgi()")
    eventually(server.answers, TIMEOUT)
    clients = [Client(server) for _ in range(4)]
    for client in clients:
        client.start()
    seen = [server.json("/health/live")["instance_id"]]
    for _ in range(2):
        assert server.json("/health/restart", "POST") == {"status": "restart_scheduled", "should_shutdown": True, "mode": "restart",
                                                          "instance_id": seen[-1]}
        eventually(lambda: server.json("/health/live")["instance_id"] != seen[-1], TIMEOUT)
        seen.append(server.json("/health/live")["instance_id"])
    for client in clients:
        client.goes_on = False
    for client in clients:
        client.join(TIMEOUT)
    assert [client.lost for client in clients] == [[]] * 4
    assert (server.json("/health/live")["pid"], len(set(seen))) == (server.process.pid, 3)
    server.json("/health/shutdown", "POST")
    assert server.process.wait(TIMEOUT) == 0


@pytest.mark.parametrize("command, expected", [
    ("python -b -m hypercorn app:app -b 127.0.0.1:1", "python -b -m hypercorn app:app --bind fd://7"),
    ("hypercorn --bind=a:1 --bind b:2 -bc:3 --backlog 5 app:app", "hypercorn --backlog 5 app:app --bind fd://7")])
def test_the_command_line_that_keeps_a_socket(command, expected):
    assert " ".join(with_sockets(command.split(), [7])) == expected


def test_a_gunicorn_whose_successor_fails_goes_on(tmp_path, eventually):
    app = tmp_path / "application.py"
    app.write_text("from workers_app import *\n")
    server = gunicorn(["--threads", "8", "application:wsgi()"], tmp_path)
    try:
        eventually(server.answers, TIMEOUT)
        seen = set()  # one that begins later would load the changed application, and gunicorn ends then
        eventually(lambda: len(seen.update(server.ask("/") for _ in range(10)) or seen) == 2, TIMEOUT)
        first = server.json("/health/live")["instance_id"]
        may_fail = tmp_path / "may-fail"
        app.write_text("import os, time\n"
                       f"while not os.path.exists({str(may_fail)!r}):\n"
                       "    time.sleep(0.01)\n"
                       "raise OSError('no configuration')\n")
        assert server.json("/health/restart", "POST")["status"] == "restart_scheduled"
        for _ in range(20):  # whichever worker is asked
            assert "under way" in server.ask("/health/restart", "POST")
        may_fail.touch()
        eventually(lambda: server.json("/health/restart", "POST").get("status") == "restart_scheduled", TIMEOUT)  # the first try has failed
        assert server.json("/health/live")["instance_id"] == first
        assert server.json("/health/live")["status"] == "healthy"
    finally:
        server.process.terminate()
        server.process.wait(TIMEOUT)
    eventually(lambda: not server.answers(), TIMEOUT)


@pytest.mark.parametrize("asked", ["the first", "the second"])
def test_a_shutdown_during_a_restart_ends_both_gunicorns(asked, tmp_path, eventually):
    app = tmp_path / "application.py"
    app.write_text("from workers_app import *\n")
    server = gunicorn(["--threads", "8", "application:wsgi()"], tmp_path)
    eventually(server.answers, TIMEOUT)
    seen = set()
    eventually(lambda: len(seen.update(server.ask("/") for _ in range(10)) or seen) == 2, TIMEOUT)
    instance = server.json("/health/live")["instance_id"]
    may_go_on, begun = tmp_path / "may-go-on", tmp_path / "begun"
    # Of the second one's two workers at most one serves before the file is there.
    app.write_text("import os, time\n"
                   "def is_first():\n"
                   "    try:\n"
                   f"        return bool(os.close(os.open({str(begun)!r}, os.O_CREAT | os.O_EXCL)) or True)\n"
                   "    except FileExistsError:\n"
                   "        return False\n"
                   f"serves = is_first() and {asked == 'the second'}\n"
                   f"while not serves and not os.path.exists({str(may_go_on)!r}):\n"
                   "    time.sleep(0.01)\n"
                   "from workers_app import *\n")

    def shut_down_the_second():
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=TIMEOUT)
        with contextlib.closing(connection):
            connection.request("GET", "/health/live")
            if json.loads(connection.getresponse().read())["instance_id"] == instance:
                return False
            connection.request("POST", "/health/shutdown")  # to the same worker
            assert json.loads(connection.getresponse().read())["status"] == "shutdown_complete"
            return True
    try:
        assert server.json("/health/restart", "POST")["status"] == "restart_scheduled"
        eventually(begun.exists, TIMEOUT)
        if asked == "the second":
            eventually(shut_down_the_second, TIMEOUT)
        else:
            assert server.json("/health/shutdown", "POST")["status"] == "shutdown_complete"
        may_go_on.touch()
        assert server.process.wait(TIMEOUT) == 0
        eventually(lambda: not server.answers(), TIMEOUT)
    finally:
        may_go_on.touch()
        if server.process.poll() is None:
            server.process.terminate()
            server.process.wait(TIMEOUT)


def test_a_gunicorn_that_cannot_execute_itself_says_so(server):
    if "gunicorn" not in server.process.args:
        pytest.skip("of gunicorn")
    assert "restart" not in server.json("/health/status")["capabilities"]
    assert "python -m gunicorn" in server.json("/health/restart", "POST")["error"]["message"]


@pytest.fixture
def shared(tmp_path, monkeypatch):
    """The file of a master that runs, as its first worker that serves would leave it; and a directory that everybody may write to."""
    monkeypatch.setattr(workers, "_directory", lambda: str(tmp_path))
    with subprocess.Popen(["sleep", "1000"]) as master:
        path = workers._path_of(master.pid, workers.process_of(master.pid)[1])
        descriptor = workers._open(path)
        with memoryview(mmap.mmap(descriptor, 0)) as memory:
            memory[:workers.HEADER].cast("Q")[workers.USED_SLOTS] = 1
            workers.Slot(memory[workers.HEADER:workers.HEADER + workers.SLOT]).whole[workers.IS_SERVING] = 1
        os.close(descriptor)
        yield master, Path(path)
        master.kill()


@pytest.mark.parametrize("forge", [
    pytest.param(lambda path: os.chown(path, 65533, 65533), marks=pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")),
    lambda path: path.chmod(0o666),
    lambda path: path.rename(path.parent / "other") and path.symlink_to(path.parent / "other"),
    lambda path: os.link(path, path.parent / "other"),
    lambda path: path.unlink() or os.mkfifo(path, 0o600),
    lambda path: os.truncate(path, 4096),
    lambda path: os.truncate(path, 0),
], ids=["of another user", "that others may write", "a link", "with another name", "a FIFO", "short", "empty"])
def test_a_forged_file_says_nothing_of_another_master(shared, forge):
    master, path = shared
    assert workers.serving_under(master.pid) == 1
    forge(path)
    assert workers.serving_under(master.pid) == 0


def test_a_file_with_another_name_is_not_changed(shared):
    _, path = shared
    own = path.parent / "own"
    own.write_text("mine")
    own.chmod(0o600)
    path.unlink()
    os.link(own, path)
    with pytest.raises(OSError, match="somebody else"):
        workers._open(str(path))
    assert own.read_text() == "mine"


def test_what_is_left_over_is_removed_unless_workers_that_cannot_be_seen_use_it(shared):
    master, path = shared
    gone = path.with_name(path.name + "1")  # of no process that runs
    path.rename(gone)
    program = "import fcntl, sys; file = open(sys.argv[1], 'r+b'); fcntl.lockf(file, fcntl.LOCK_EX, 1, 4096); print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", program, str(gone)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as user:
        user.stdout.readline()
        workers._sweep(str(path.parent))
        assert gone.exists()
        user.stdin.close()
    workers._sweep(str(path.parent))
    assert not gone.exists()


@pytest.fixture
def subjects_for_all():
    """Where every user of this machine can read them: a checkout may be in a folder of its owner's alone."""
    root = SUBJECTS.parents[3]
    with tempfile.TemporaryDirectory() as place:
        for each in (SUBJECTS.relative_to(root), Path("resources/python")):
            shutil.copytree(root / each, place / each, ignore=shutil.ignore_patterns("__pycache__"))
        subprocess.run(["chmod", "-R", "a+rX", place], check=True)
        yield place / SUBJECTS.relative_to(root)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a master whose workers are another user's")
def test_workers_whose_master_is_another_users_say_that_they_cannot_end_it(eventually, subjects_for_all):
    server = Server("gunicorn -w 2 --user 65533 --group 65533 --worker-tmp-dir /dev/shm --threads 2 --log-level warning -b 127.0.0.1:{port} "
                    "workers_app:wsgi()", subjects_for_all)
    try:
        eventually(server.answers)
        for path, code in (("/health/restart", "restart_impossible"), ("/health/shutdown", "shutdown_impossible"),
                           ("/health/shutdown/schedule", "shutdown_impossible")):
            error = server.json(path, "POST")["error"]
            assert (error["code"], "another user" in error["message"]) == (code, True)
            assert server.json("/health/live")["status"] == "healthy"
    finally:
        server.process.terminate()
    assert server.process.wait(TIMEOUT) == 0
