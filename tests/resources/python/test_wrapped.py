# SPDX-License-Identifier: GPL-3.0-or-later
"""A program with the package under `hephaestus run --python`: HEPHAESTUS names that program."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[3] / "resources/python"
PROGRAM = os.environ.get("HEPHAESTUS")
WITHOUT = """
import time
while True:
    time.sleep(1)
"""
WITH = f"""
import sys
sys.path.append({str(PACKAGE)!r})
from hephaestus_service import Service
service = Service("inner", "2.1")
database = service.dependency("database", pool_size=5)
with database.call():
    import helper

@service.cleanup
def tell():
    open("told", "a").write(str(service.shutdown.mode) + "\\n")

service.listen("127.0.0.1:0")
with service:
    while service.sleep(60):
        pass
sys.exit(service.exit_code)
"""


class Wrapped:
    def __init__(self, directory, text, state):
        (directory / "main.py").write_text(text)
        (directory / "helper.py").write_text("a = 1\n")
        (directory / "runtime").mkdir(mode=0o700)
        self.address = directory / "wrapper.sock"
        self.directory = directory
        self.state = state
        environment = {**os.environ, "XDG_RUNTIME_DIR": str(directory / "runtime"), "XDG_STATE_HOME": str(state),
                       "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": ""}
        environment.pop("HEPHAESTUS_MODULES", None)
        self.process = subprocess.Popen([PROGRAM, "run", "--name", "outer", "--listen", "127.0.0.1:0", "--python", "--", sys.executable, "main.py"],
                                        cwd=directory, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.said = ""
        self.url = None
        while self.url is None:
            line = self.process.stderr.readline()
            assert line, self.said
            self.said += line
            self.url = next((word.rstrip(",.") for word in line.split() if word.startswith("http://")), None)

    def ask(self, path="/health/status", method=None):
        request = urllib.request.Request(self.url + path, method=method)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.loads(answer.read())

    def end(self):
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def short_path():
    """A Unix-domain socket in it is not too long: a test's own folder may be."""
    with tempfile.TemporaryDirectory() as directory:
        yield Path(directory)


@pytest.fixture
def wrapped(tmp_path, short_path):
    if not PROGRAM:
        pytest.skip("HEPHAESTUS does not name the program")
    made = []

    def start(text, state=short_path):
        made.append(Wrapped(tmp_path, text, state))
        return made[0]
    yield start
    for each in made:
        each.end()


def test_the_wrapper_finds_the_endpoints_by_itself_and_ends_the_program_by_them(wrapped, eventually):
    outer = wrapped(WITH)
    eventually(lambda: outer.ask()["dependencies"].get("upstream", {}).get("status") == "working")
    eventually(lambda: outer.ask()["process"]["ready"])
    told = outer.ask()
    assert told["service"] == "outer"
    assert told["dependencies"]["database"]["success_count"] == 1
    assert outer.ask("/health/shutdown", "POST")["exit_code"] == 0
    assert outer.process.wait(60) == 0
    assert (outer.directory / "told").read_text() == "immediate\n"  # asked, and by no signal


def test_endpoints_are_found_where_the_path_of_the_state_is_too_long_for_a_socket(wrapped, eventually, tmp_path):
    outer = wrapped(WITH, tmp_path / ("long" * 20))
    eventually(lambda: outer.ask()["dependencies"].get("upstream", {}).get("status") == "working")
    assert not list(outer.state.glob("**/endpoints"))
    assert outer.ask("/health/shutdown", "POST")["exit_code"] == 0


def test_a_signal_to_the_wrapper_is_none_to_the_program(wrapped, eventually):
    outer = wrapped(WITH)
    eventually(lambda: "upstream" in outer.ask()["dependencies"])
    outer.process.send_signal(signal.SIGTERM)
    assert outer.process.wait(60) == 0
    assert (outer.directory / "told").read_text() == "immediate\n"


def test_the_program_and_its_wrapper_say_the_same_of_the_code(wrapped, eventually):
    outer = wrapped(WITH)
    eventually(lambda: "upstream" in outer.ask()["dependencies"] and outer.ask("/health/status?fresh_after=30")["code"]["verdict"] == "fresh")
    (outer.directory / "helper.py").write_text("a = 2\n")
    code = outer.ask("/health/status?fresh_after=30")["code"]
    assert [(each["path"], each["change"]) for each in code["changed"]] == [(str(outer.directory / "helper.py"), "modified")]
    inner = subprocess.run(["curl", "-s", "--unix-socket", next(outer.state.glob("**/endpoints")),
                            "http://localhost/health/status?fresh_after=30"], stdout=subprocess.PIPE, check=True, timeout=120)
    found = json.loads(inner.stdout)["code"]
    assert (found["verdict"], [each["path"] for each in found["changed"]]) == (code["verdict"], [each["path"] for each in code["changed"]])


def test_a_program_without_endpoints_is_ready_without_them(wrapped, eventually):
    outer = wrapped(WITHOUT)
    eventually(lambda: outer.ask()["process"]["ready"])
    assert "upstream" not in outer.ask()["dependencies"]
