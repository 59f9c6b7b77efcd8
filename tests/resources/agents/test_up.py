# SPDX-License-Identifier: GPL-3.0-or-later
"""`hephaestus up` in the foreground."""
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

PROGRAM = os.environ["HEPHAESTUS"]
LOOP = "import sys, time\nprint('hello from', sys.argv[1], flush=True)\nwhile True:\n    time.sleep(0.2)\n    print('beat of', sys.argv[1], flush=True)\n"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_it_shows_all_output_and_stops_in_order(tmp_path):
    (tmp_path / "loop.py").write_text(LOOP)
    fleet = ""
    for name, more in (("first", ""), ("second", 'depends_on = ["first"]\n')):
        port = free_port()
        command = [PROGRAM, "run", "--name", name, "--listen", f"127.0.0.1:{port}", "--", sys.executable, "-B", "loop.py", name]
        fleet += (f'[[service]]\nname = "{name}"\nurl = "http://127.0.0.1:{port}"\n{more}'
                  f'restart = {{ method = "command", command = {json.dumps(command)}, directory = "{tmp_path}" }}\n')
    (tmp_path / "fleet.toml").write_text(fleet)
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CONFIG_HOME": str(tmp_path / "config"), "HEPHAESTUS_FLEET": ""}
    up = subprocess.Popen([PROGRAM, "up", "--attach"], env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    watchdog = threading.Timer(120, up.kill)
    watchdog.start()
    try:
        wanted = {"first  | hello from first", "second | hello from second", "first  | beat of first", "second | beat of second"}
        for line in up.stdout:
            wanted.discard(line.strip())
            if not wanted:
                break
        assert not wanted
        up.send_signal(signal.SIGINT)
        rest = up.communicate(timeout=120)[0]
        assert up.returncode == 0, rest
        stops = [line for line in rest.splitlines() if line.startswith("stop ")]
        assert stops == ["stop second", "stop first"]
        left = subprocess.run([PROGRAM, "status", "--json"], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert [service["report"] for service in json.loads(left.stdout)] == [None, None]
    finally:
        watchdog.cancel()
        up.kill()
        up.wait()
        up.stdout.close()
        subprocess.run([PROGRAM, "down"], env=environment, cwd=tmp_path, capture_output=True, timeout=120)


def test_it_restarts_what_turns_stale_and_runs_the_hooks(tmp_path):
    (tmp_path / "loop.py").write_text(LOOP)
    port = free_port()
    command = [PROGRAM, "run", "--name", "loop", "--listen", f"127.0.0.1:{port}", "--python", "--", sys.executable, "-B", "loop.py", "loop"]
    (tmp_path / "fleet.toml").write_text(
        f'[[service]]\nname = "loop"\nurl = "http://127.0.0.1:{port}"\nrestart_on_stale = true\n'
        f'restart = {{ method = "command", command = {json.dumps(command)}, directory = "{tmp_path}" }}\n'
        f'[[service]]\nname = "fails"\nurl = "http://127.0.0.1:{free_port()}"\nrestart = {{ method = "command", command = ["false"] }}\n'
        '[[hook]]\nname = "note"\non = ["restart_failed"]\ndebounce = "0s"\ncommand = ["sh", "-c", "cat >> told"]\n')
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CONFIG_HOME": str(tmp_path / "config"), "HEPHAESTUS_FLEET": ""}

    def run(*arguments):
        return subprocess.run([PROGRAM, *arguments], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120)

    up = subprocess.Popen([PROGRAM, "up", "--watch", "--json"], env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    watchdog = threading.Timer(120, up.kill)
    watchdog.start()
    try:
        receipts = {each["service"]: each for each in (json.loads(up.stdout.readline()) for _ in range(2))}
        started = receipts["loop"]
        assert (started["action"], started["ok"], receipts["fails"]["ok"]) == ("start", True, False)
        assert run("wait", "loop", "--fresh").returncode == 0
        (tmp_path / "loop.py").write_text(LOOP + "# another line\n")
        restarted = json.loads(up.stdout.readline())
        assert (restarted["action"], restarted["ok"], restarted["code"]) == ("restart", True, "fresh")
        assert restarted["old_instance_id"] == started["new_instance_id"]
        told = tmp_path / "told"
        while not told.exists() or not told.read_text().endswith("\n"):
            assert up.poll() is None  # the watchdog ends it
            time.sleep(0.05)
        assert json.loads(told.read_text())["title"] == "a start or restart of fails failed"
    finally:
        watchdog.cancel()
        up.kill()
        up.wait()
        up.stdout.close()
        run("down")
