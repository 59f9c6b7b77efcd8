# SPDX-License-Identifier: GPL-3.0-or-later
"""The note that a service leaves of its end."""
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import hephaestus_service
import pytest
from hephaestus_service import Service, endnote

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from hephaestus_service import Service

service = Service("noted", notice=0.05)
if "fails" in sys.argv:
    @service.cleanup
    def fails():
        raise RuntimeError("it would not")
print(service.listen("127.0.0.1:0"), flush=True)
with service:
    if "ends" not in sys.argv:
        while service.sleep(60):
            pass
sys.exit(service.exit_code)
"""


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state/hephaestus"


def notes(state):
    with contextlib.suppress(FileNotFoundError):
        return [json.loads(each.read_bytes()) for each in (state / "ends").iterdir()]
    return []


def ask(url, path, method="GET", **fields):
    with contextlib.suppress(urllib.error.HTTPError):  # whose clean-up fails answers 500
        with urllib.request.urlopen(urllib.request.Request(url + path, method=method, **fields), timeout=60) as answer:
            return json.load(answer)


ENDS = {
    "its endpoint": ((), lambda url, pid: ask(url, "/health/shutdown", "POST"), 0, "endpoint"),
    "its endpoint, later": ((), lambda url, pid: ask(url, "/health/shutdown/schedule", "POST"), 0, "endpoint"),
    "its endpoint, with a step that fails": (("fails",), lambda url, pid: ask(url, "/health/shutdown", "POST"), 3, "endpoint"),
    "SIGTERM": ((), lambda url, pid: os.kill(pid, signal.SIGTERM), 0, "signal"),
    "SIGKILL": ((), lambda url, pid: os.kill(pid, signal.SIGKILL), -signal.SIGKILL, None),
    "the program itself": (("ends",), lambda url, pid: None, 0, None),
}


@pytest.mark.parametrize("arguments, end, code, reason", ENDS.values(), ids=ENDS)
def test_an_end_that_was_asked_for_leaves_a_note(state, arguments, end, code, reason):
    package = Path(hephaestus_service.__file__).parents[1]
    with subprocess.Popen([sys.executable, "-B", "-c", PROGRAM, package, *arguments], stdout=subprocess.PIPE, text=True) as program:
        url = "http://" + program.stdout.readline().strip()
        instance = ask(url, "/health/live")["instance_id"] if reason is not None else ""
        end(url, program.pid)
        assert program.wait(60) == code
    expected = {"instance_id": instance, "pid": program.pid, "reason": reason, "by": "", "exit_code": code}
    assert notes(state) == ([expected] if reason is not None else [])


def shut_down(service, mode, asked_by):
    return service.shutdown.request(mode, 0, asked_by).result(60)


def test_what_takes_a_request_back_takes_back_who_asked(state):
    service = Service("s", notice=60)
    service.shutdown.started()
    service.request_shutdown("scheduled")
    assert service.cancel_shutdown()
    shut_down(service, "immediate", None)
    assert notes(state) == []


def test_a_restart_leaves_none(state):
    shut_down(Service("s"), "restart", "endpoint")
    assert notes(state) == []


def test_a_folder_that_others_may_read_is_mended_and_old_notes_are_removed(state):
    old, new = state / "ends/old.json", state / "ends/new.json"
    old.parent.mkdir(parents=True)
    for folder in (state, old.parent):
        folder.chmod(0o755)
    for file in (old, new):
        file.write_text("{}")
    os.utime(old, (time.time() - 3 * 24 * 3600,) * 2)
    service = Service("s")
    shut_down(service, "immediate", "endpoint")
    assert {each.name for each in old.parent.iterdir()} == {"new.json", f"{service.instance_id}.json"}
    assert [each.stat().st_mode & 0o777 for each in (state, old.parent, old.parent / f"{service.instance_id}.json")] == [0o700, 0o700, 0o600]


def test_a_note_that_cannot_be_left_fails_nothing(state, tmp_path):
    state.mkdir(parents=True)
    (state / "ends").symlink_to(tmp_path)  # is not followed
    assert shut_down(Service("s"), "immediate", "endpoint")["status"] == "shutdown_complete"
    assert list(tmp_path.glob("*.json")) == []


@pytest.mark.parametrize("variables, place", [
    ({"XDG_STATE_HOME": "/state", "HOME": "/home/me"}, "/state/hephaestus"),
    ({"XDG_STATE_HOME": "relative", "HOME": "/home/me"}, "/home/me/.local/state/hephaestus"),
    ({"HOME": "/home/me"}, "/home/me/.local/state/hephaestus"),
])
def test_the_place_is_that_of_the_command(monkeypatch, variables, place):
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert endnote._state_directory() == place
