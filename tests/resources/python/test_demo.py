# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo fleet, at other ports, with its modules changed: HEPHAESTUS is the program that starts and watches it."""
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

RESOURCES = Path(__file__).resolve().parents[3] / "resources"
PROGRAM = os.environ.get("HEPHAESTUS")
NAMES = ("mcp", "monitor", "agents")


class Demo:
    def __init__(self, directory):
        self.directory = directory
        for part in ("demo", "examples", "python"):
            shutil.copytree(RESOURCES / part, directory / part, ignore=shutil.ignore_patterns("__pycache__"))
        (directory / "bin").mkdir()
        (directory / "bin/hephaestus").symlink_to(PROGRAM)
        self.environment = {**os.environ, "PATH": f"{directory}/bin:/usr/bin:/bin", "XDG_STATE_HOME": str(directory / "state"),
                            "XDG_CONFIG_HOME": str(directory / "config"), "PYTHONDONTWRITEBYTECODE": "1"}
        sockets = [socket.create_server(("127.0.0.1", 0)) for _ in NAMES]
        self.ports = [each.getsockname()[1] for each in sockets]
        for each in sockets:
            each.close()
        for file in (directory / "demo").glob("*.toml"):
            text = file.read_text()
            for number, port in enumerate(self.ports):
                text = text.replace(f"127.0.0.1:800{number}", f"127.0.0.1:{port}")
            file.write_text(text)

    def run(self, *arguments, code=0):
        done = subprocess.run([str(self.directory / "bin/hephaestus"), *arguments, "--fleet", str(self.directory / "demo/fleet.toml")],
                              env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
        assert done.returncode == code, done.stdout
        return done.stdout

    def compare(self):
        """Returns when each service has compared what it runs with what is on disk now."""
        for port in self.ports:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/status?fresh_after=30", timeout=120).close()

    def rows(self):
        self.compare()
        return {row["name"].replace("hephaestus-", ""): row["report"]["code"]["verdict"] for row in json.loads(self.run("status", "--json"))}


@pytest.fixture
def demo(tmp_path, eventually):
    if not PROGRAM:
        pytest.skip("HEPHAESTUS does not name the program")
    made = Demo(tmp_path)
    newest = max(path.stat().st_ctime_ns for path in tmp_path.rglob("*.py"))
    eventually(lambda: time.time_ns() > newest + 60_000_000)  # see test_freshness.py
    try:
        made.run("up")
        yield made
    finally:
        made.run("down")


def test_a_save_in_a_module_marks_exactly_the_rows_that_run_it(demo):
    all_fresh = dict.fromkeys(NAMES, "fresh")
    assert demo.rows() == all_fresh
    programs = demo.directory / "examples/python"
    for module, stale in (("mcp/notes.py", ()), ("agents/tasks.py", ("agents",)), ("monitoring/history.py", ("monitor",)),
                          ("shared/jsonhttp.py", ("monitor", "agents")), ("agents/manager.py", ("agents",))):
        text = (programs / module).read_text()
        (programs / module).write_text(text + "\n# saved\n")
        assert demo.rows() == {**all_fresh, **dict.fromkeys(stale, "stale")}, module
        (programs / module).write_text(text)
        assert demo.rows() == all_fresh, module


def test_what_is_stale_is_restarted_and_proven_fresh(demo):
    module = demo.directory / "examples/python/shared/jsonhttp.py"
    module.write_text(module.read_text() + "\n# saved\n")
    demo.compare()
    told = demo.run("restart", "--stale")
    assert [line.split(":")[0] for line in told.splitlines() if "code fresh" in line] == ["hephaestus-monitor", "hephaestus-agents"]
    assert demo.rows() == dict.fromkeys(NAMES, "fresh")
