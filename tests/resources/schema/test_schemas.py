# SPDX-License-Identifier: GPL-3.0-or-later
"""What every command prints for --json is what resources/schema says."""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import jsonschema
import pytest

PROGRAM = os.environ["HEPHAESTUS"]
SCHEMAS = pathlib.Path(__file__).parents[3] / "resources" / "schema"
NOT_FOR_PROGRAMS = {"serve", "run", "mcp", "targets"}  # services, one that speaks JSON-RPC, and one that prints JSON of Prometheus alone
seen = set()


def schema(name):
    found = json.loads((SCHEMAS / f"{name}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(found)
    seen.add(name)
    return jsonschema.Draft202012Validator(found)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Place:
    def __init__(self, root):
        self.root = root
        self.environment = {**os.environ, "XDG_STATE_HOME": str(root / "state"), "XDG_CONFIG_HOME": str(root / "config"),
                            "HEPHAESTUS_FLEET": ""}
        self.fleet = root / "fleet.toml"
        self.files = {str(root / "fleet.toml"), str(root / "hooks.toml")}
        self.port = free_port()
        command = [PROGRAM, "run", "--name", "shop", "--listen", f"127.0.0.1:{self.port}", "--watch", "shop.py", "--",
                   sys.executable, "-u", "shop.py"]
        (root / "shop.py").write_text("import time\nprint('hello')\ntime.sleep(1000)\n")
        self.fleet.write_text(f'[[service]]\nname = "shop"\nurl = "http://127.0.0.1:{self.port}"\n'
                              f'restart = {{ method = "command", command = {json.dumps(command)}, directory = "{root}" }}\n'
                              f'[[service]]\nname = "away"\nurl = "http://127.0.0.1:{free_port()}"\n')

    def run(self, *arguments):
        return subprocess.run([PROGRAM, *arguments], env=self.environment, cwd=self.root, capture_output=True, text=True, timeout=120)

    def valid(self, name, *arguments, code=0, lines=False):
        """The output of a command, which is as its schema says."""
        done = self.run(arguments[0], "--json", *arguments[1:])
        assert done.returncode == code, (arguments, done.stdout, done.stderr)
        values = [json.loads(line) for line in done.stdout.splitlines()] if lines else [json.loads(done.stdout)]
        assert values or code == 0
        for value in values:
            schema(name).validate(value)
            for each in value if isinstance(value, list) else [value]:
                assert "fleet" not in each or each["fleet"] in self.files, each
        return values if lines else values[0]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    made = Place(tmp_path_factory.mktemp("place"))
    yield made
    made.run("down", "--json")


def commands(place):
    listed = place.run("--help").stdout.split("Commands:")[1].split("Options:")[0]
    return re.findall(r"^  (\S+)", listed, re.M)


def test_every_command_has_json_and_errors_in_it(place):
    for command in commands(place):
        if command in NOT_FOR_PROGRAMS:
            continue
        assert "--json" in place.run(command, "--help").stdout, command
        found = place.valid("error", command, "--no-such-option", code=2)
        assert found["error"]["code"] == "usage", command


@pytest.mark.parametrize("arguments, code", [
    (["status", "nobody"], "unknown_service"), (["status", "--fleet", "nothing.toml"], "invalid_fleet"),
    (["status", "ftp://x"], "invalid_url"), (["wait", "shop", "--timeout", "soon"], "usage"), (["trust", "nothing.toml"], "invalid_fleet"),
    (["port", "x"], "usage"), (["exec", "--require-fresh"], "usage"), (["prune"], "usage"),
])
def test_errors_have_codes(place, arguments, code):
    assert place.valid("error", *arguments, code=2)["error"]["code"] == code


def test_a_day_of_a_service(place):
    place.valid("receipt", "start", "shop", lines=True)
    place.valid("wait", "wait", "shop", "--fresh")
    assert place.valid("wait", "wait", "shop", "away", "--timeout", "0s", code=1)["waiting"][0]["name"] == "away"
    assert [each["name"] for each in place.valid("status", "status", code=1)] == ["shop", "away"]
    by_address = json.loads(place.run("status", "--json", f"http://127.0.0.1:{place.port}").stdout)
    schema("status").validate(by_address)
    assert [each["fleet"] for each in by_address] == [None]
    assert [each["method"] for each in place.valid("fleet", "fleet")["services"]] == ["command", ""]
    assert place.valid("affected", "affected", "shop.py")["unknown"].keys() == {"away"}
    deadline = time.monotonic() + 60
    while not place.valid("logs", "logs", "shop", lines=True):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    place.valid("error", "logs", "away", code=1)
    place.valid("trust", "trust", "fleet.toml")
    events = place.valid("events", "events", lines=True)
    assert [each["now"] for each in events if (each["service"], each["kind"]) == ("shop", "act")] == ["start"]
    assert [each["now"] for each in events if (each["service"], each["kind"]) == ("away", "state")] == ["unreachable"]
    place.valid("doctor", "doctor", code=place.run("doctor").returncode)
    assert [each["grade"] for each in place.valid("deploy-check", "deploy-check", "nobody.invalid", code=1)] == ["bad"]
    assert place.valid("port", "port", str(place.port))["holders"][0]["service"] == "shop"
    assert place.valid("port", "port", str(free_port()), code=1)["holders"] == []
    assert str(place.port) in {each["address"].split(":")[-1] for each in place.valid("ps", "ps")}
    (place.root / "shop.py").write_text("import time\nprint('hello again')\ntime.sleep(1000)\n")
    deadline = time.monotonic() + 60
    while (done := place.run("wait", "--json", "shop", "--fresh", "--timeout", "0s")).returncode == 1:  # not known yet
        assert time.monotonic() < deadline
    assert done.returncode == 3 and json.loads(done.stdout)["done"] is False
    schema("wait").validate(json.loads(done.stdout))
    assert "shop" in place.valid("error", "exec", "--require-fresh", "--settle", "1s", "--", "true", code=3)["error"]["message"]
    assert [each["service"] for each in place.valid("receipt", "restart", "--stale", lines=True)] == ["shop"]
    assert place.valid("receipt", "restart", "--stale", lines=True) == []
    told = [json.loads(line) for line in place.run("restart", "--json", "--steps", "shop").stdout.splitlines()]
    schema("receipt").validate(told.pop())
    for each in told:
        schema("step").validate(each)
    ended = [each["step"]["name"] for each in told if "step" in each and each["step"]["outcome"] == "ok"]
    assert {"asked", "started", "ready", "healthy"} <= set(ended), told
    assert not place.valid("receipt", "restart", "away", code=1, lines=True)[0]["ok"]
    place.valid("shutdown-request", "shutdown", "shop", "--delay", "1h", lines=True)
    place.valid("shutdown-request", "shutdown", "shop", "--cancel", lines=True)
    assert place.valid("receipt", "shutdown", "shop", lines=True)[0]["ok"]
    (place.root / "bad.toml").write_text("[service]\nnam = 1\n")
    assert not place.valid("check-config", "check-config", "bad.toml", code=2)["ok"]
    (place.root / "good.toml").write_text("[service]\nname = \"a\"\n")
    assert place.valid("check-config", "check-config", "good.toml")["ok"]


def test_hooks_are_tried_and_run(place):
    with_hooks = place.root / "hooks.toml"
    with_hooks.write_text(f'[[service]]\nname = "fails"\nurl = "http://127.0.0.1:{free_port()}"\n'
                          'restart = { method = "command", command = ["false"] }\n[[hook]]\nname = "tell"\non = ["down", "restart_failed"]\ndebounce = "0s"\n'
                          'command = ["sh", "-c", "cat >> told"]\n[[hook]]\nname = "broken"\non = ["stale"]\ncommand = ["false"]\n')
    listed = place.valid("hooks", "hooks", "--fleet", "hooks.toml")
    assert [(each["name"], each["trusted"], each["sent"]) for each in listed["hooks"]] == [("tell", False, None), ("broken", False, None)]
    assert place.valid("hooks", "hooks", "test", "tell", "--fleet", "hooks.toml")["hooks"][0]["sent"] is True
    assert json.loads((place.root / "told").read_text())["kind"] == "test"
    tested = place.valid("hooks", "hooks", "test", "--fleet", "hooks.toml", code=1)["hooks"]
    assert [each["failure"] for each in tested] == [None, "false failed with exit code 1"]
    assert place.valid("error", "hooks", "test", "tel", "--fleet", "hooks.toml", code=2)["error"]["code"] == "unknown_hook"
    assert place.valid("hooks", "hooks", "--fleet", "hooks.toml")["hooks"][0]["trusted"]
    assert [each["name"] for each in place.valid("trust", "trust", "hooks.toml")["hooks"]] == ["tell", "broken"]
    (place.root / "told").unlink()
    following = subprocess.Popen([PROGRAM, "events", "--follow", "--fleet", "hooks.toml"], env=place.environment, cwd=place.root,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    watchdog = threading.Timer(120, following.kill)
    watchdog.start()
    try:
        assert following.stdout.readline()  # it has looked once
        assert place.run("start", "fails", "--fleet", "hooks.toml").returncode == 1
        deadline = time.monotonic() + 60
        while not (place.root / "told").exists() or not (place.root / "told").read_text().endswith("\n"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        told = json.loads((place.root / "told").read_text())
        assert (told["kind"], told["services"], told["hook"]) == ("restart_failed", ["fails"], "tell")
        assert told["fleet"] == str(with_hooks)
    finally:
        watchdog.cancel()
        following.kill()
        following.wait()
        following.stdout.close()


def test_events_are_followed(place):
    following = subprocess.Popen([PROGRAM, "events", "shop", "--follow", "--json"], env=place.environment, cwd=place.root,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    watchdog = threading.Timer(120, following.kill)
    watchdog.start()
    try:
        def events(*wanted):
            """The next ones that are like these, in any order: what a look sees and what was done are told as each becomes known."""
            found = [None] * len(wanted)
            for line in following.stdout:
                event = json.loads(line)
                schema("events").validate(event)
                for at, each in enumerate(wanted):
                    if found[at] is None and all(event[key] == value for key, value in each.items()):
                        found[at] = event
                if all(found):
                    return found
            raise AssertionError((wanted, found))

        events(dict(kind="state", before=None, now="stopped"))
        place.valid("receipt", "start", "shop", lines=True)
        act, _ = events(dict(kind="act", now="start", ok=True), dict(kind="state", now="healthy"))
        assert act["by"].startswith("hephaestus start (pid ")
        (place.root / "shop.py").write_text("import sys\nsys.exit(7)\n")
        events(dict(kind="code", before="fresh", now="stale"))
        place.run("restart", "shop")
        events(dict(kind="death"))
        following.send_signal(signal.SIGTERM)
        assert following.wait(60) == 128 + signal.SIGTERM
    finally:
        watchdog.cancel()
        following.kill()
        following.wait()
        following.stdout.close()


def test_a_fleet_file_is_written(place):
    folder = place.root / "new"
    folder.mkdir()
    (folder / "Procfile").write_text("worker: python3 worker.py\n")
    done = subprocess.run([PROGRAM, "init", "--yes", "--json"], env=place.environment, cwd=folder, capture_output=True, text=True, timeout=60)
    schema("init").validate(json.loads(done.stdout))


def test_no_schema_is_forgotten():
    assert seen == {path.stem for path in SCHEMAS.glob("*.json")} - {"fleet.toml.schema", "hephaestus.toml.schema"}  # test_toml.py
