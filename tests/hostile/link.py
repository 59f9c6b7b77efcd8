#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services of another machine through ssh, over a link that is slow, loses packets and is cut: what is told of them.

  tests/hostile/link.py HEPHAESTUS [--services 5] [--cuts 1] [--away 9]

The link is that of tests/support/slowlink.py: 50 ms and 1 % loss each way. `hephaestus events --follow` watches while
it is cut. Each service must be told unreachable while it is, and healthy after. None may be told to have died, or be
another instance than before. Exit code 77 says that there can be no such link here.
"""
import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import slowlink  # noqa: E402

PATIENCE = 120  # seconds, on a busy machine


class Events(threading.Thread):
    """What is told, line by line."""

    def __init__(self, stream):
        super().__init__(daemon=True)
        self.stream, self.told = stream, []
        self.start()

    def run(self):
        for line in self.stream:
            self.told.append(json.loads(line))

    def state(self, name):
        states = [each["now"] for each in self.told if each["kind"] == "state" and each["service"] == name]
        return states[-1] if states else None


def wait_for(what, is_so):
    end = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > end:
            sys.exit(f"after {PATIENCE} s it is not so that {what}")
        time.sleep(0.05)


def fleet(count, more):
    return "".join(f'[[service]]\nname = "s{i}"\nurl = "http://127.0.0.1:{9001 + i}"\n{more}' for i in range(count))


def instances(command, environment):
    said = subprocess.run([*command, "status", "--json"], env=environment, capture_output=True, text=True, check=False,
                          timeout=PATIENCE)
    return {each["name"]: (each["report"] or {}).get("instance_id") for each in json.loads(said.stdout)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--services", type=int, default=5)
    parser.add_argument("--cuts", type=int, default=1)
    parser.add_argument("--away", type=float, default=9, help="seconds of each cut; ssh gives a silent link up after 4")
    options = parser.parse_args()
    if why := slowlink.why_not():
        print(why)
        return 77
    program = options.program.resolve()
    names = [f"s{i}" for i in range(options.services)]
    link = slowlink.SlowLink(0.05, 0.01)
    with tempfile.TemporaryDirectory(prefix="link-") as name:
        folder = Path(name)
        server = slowlink.Server(folder / "host", program.parent, link.at("host"), slowlink.HOST)
        there = fleet(options.services, 'run = ["sleep", "100000"]\n')
        (server.home / ".config/hephaestus/fleet.toml").write_text(there)
        environment = dict(server.environment(), HEPHAESTUS_FLEET=str(folder / "fleet.toml"))
        (folder / "fleet.toml").write_text('[[host]]\nname = "build1"\n' + fleet(options.services, 'host = "build1"\n'))
        command = [*link.at("desk"), program]
        watcher = None
        try:
            subprocess.run([*command, "up"], env=environment, check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE)
            before = instances(command, environment)
            watcher = subprocess.Popen([*command, "events", "--follow", "--json"], env=environment,
                                       stdout=subprocess.PIPE, text=True)
            events = Events(watcher.stdout)
            wait_for("all are healthy", lambda: all(events.state(each) == "healthy" for each in names))
            begun = len(events.told)
            for _ in range(options.cuts):
                link.down()
                time.sleep(options.away)
                wait_for("all are unreachable", lambda: all(events.state(each) == "unreachable" for each in names))
                link.up()
                since = time.monotonic()
                wait_for("all are healthy again", lambda: all(events.state(each) == "healthy" for each in names))
                print(f"all {len(names)} healthy {time.monotonic() - since:.1f} s after the link")
            wrong = [each for each in events.told[begun:] if each["kind"] not in ("state", "code")]
            after = instances(command, environment)
        finally:
            if watcher:
                watcher.terminate()
                watcher.wait()
            link.up()
            subprocess.run([*command, "down"], env=environment, stdout=subprocess.DEVNULL, check=False,
                           timeout=PATIENCE)
            server.close()
            link.close()
    for each in wrong:
        print("wrong:", json.dumps(each))
    if before != after or None in before.values():
        print("other instances than before:", before, after)
        return 1
    return 1 if wrong else 0


sys.exit(main())
