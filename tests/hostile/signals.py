#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds that the commands of a fleet signal nobody but what they have started.

    tests/hostile/signals.py PROGRAM

Two work trees of one project, and a stranger who holds a port of theirs. Twenty restarts of one service at once, a restart while another
command waits for its dependency, starts beside the stranger, and `down` from the wrong tree run under strace(1). Every process that
strace saw is one that a command started, itself included. A signal to any other process is a failure; so is a second process of a
service, or one that is left. Exit code 77: strace is not here, or may not trace.
"""

import collections
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

FORKS = "clone,clone3,fork,vfork"
CALLS = "kill,tkill,tgkill,rt_sigqueueinfo,rt_tgsigqueueinfo,pidfd_send_signal"
LIMIT = 120  # seconds that any command may take on a busy machine
RESTARTS = 20
# Of a line of strace: who calls, which call, and its arguments.
CALL = re.compile(r"^(\d+) +(\w+)\((.*)\) += ")
FORKED = re.compile(r"^\d+ +(?:<\.\.\. )?(?:clone|clone3|fork|vfork)\b.* = (\d+)$")
END = re.compile(r"^(\d+) +\+\+\+ (?:exited with|killed by) (\S+)")
PIDFD = re.compile(r"^\d+<pid:(-?\d+)>")


class Failure(Exception):
    pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pids_of(marker):
    """The processes whose last argument this is, without the wrappers around them."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")[:-1]
        except OSError:
            continue
        if words and words[-1] == marker.encode() and words[0] == b"sleep":
            found.append(int(entry.name))
    return found


class Command:
    """One command under strace, which goes on with what the command has started."""

    def __init__(self, stand, tree, *arguments):
        self.log = stand.root / f"trace-{len(stand.commands)}"
        self.arguments = arguments
        self.output = open(stand.root / f"output-{len(stand.commands)}", "w+")
        self.strace = subprocess.Popen(["strace", "-f", "--seccomp-bpf", "--decode-fds=pidfd", "-e", f"trace=execve,{FORKS},{CALLS}", "-e", "signal=none",
                                        "-o", self.log, stand.program, *arguments], cwd=tree, env=stand.environment, stdin=subprocess.DEVNULL,
                                       stdout=self.output, stderr=subprocess.STDOUT)
        stand.commands.append(self)

    def lines(self):
        return self.log.read_text(errors="replace").splitlines() if self.log.exists() else []

    def code(self):
        """Of the command itself; what it started goes on."""
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            lines = self.lines()
            first = lines[0].split()[0] if lines else None
            ends = [END.match(line) for line in lines]
            codes = [end.group(2) for end in ends if end and end.group(1) == first]
            if codes:
                return int(codes[0]) if codes[0].isdigit() else codes[0]
            time.sleep(0.05)
        raise Failure(f"{self.arguments} did not end within {LIMIT} s: {self.text()}\n" + "\n".join(self.lines()[-20:]) + self.waits())

    def waits(self):
        """What each process that is traced waits for."""
        told = ""
        for pid in sorted({line.split()[0] for line in self.lines()}, key=int):
            with contextlib.suppress(OSError):
                process = pathlib.Path("/proc", pid)
                words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                told += f"\n{pid} {(process / 'wchan').read_text()} {(process / 'syscall').read_text().strip()} {words[:80]}"
        return told

    def text(self):
        self.output.seek(0)
        return self.output.read()

    def expect(self, code, *words):
        found = self.code()
        if found != code or not all(word in self.text() for word in words):
            raise Failure(f"{' '.join(self.arguments)}: exit code {found} instead of {code}, or without {words}: {self.text()}")


class Stand:
    def __init__(self, program, root):
        self.program = os.path.abspath(program)
        self.root = root
        self.commands = []
        self.environment = {**os.environ, "XDG_STATE_HOME": str(root / "state"), "HEPHAESTUS_FLEET": ""}
        self.trees = [root / "shop", root / "shop-b"]
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", "init", "-q", self.trees[0]], check=True)
        subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], cwd=self.trees[0], check=True)
        subprocess.run(["git", "worktree", "add", "-q", "-b", "other", self.trees[1]], cwd=self.trees[0], check=True, stderr=subprocess.DEVNULL)
        self.stranger = subprocess.Popen([sys.executable, "-c", "import socket, time\ns = socket.create_server(('127.0.0.1', 0))\n"
                                          "print(s.getsockname()[1], flush=True)\ntime.sleep(1000)"], stdout=subprocess.PIPE, text=True)
        self.held = int(self.stranger.stdout.readline())
        self.markers = {"store": f"{2000 + os.getpid()}.25", "web": f"{2000 + os.getpid()}.75"}
        fleet = ""
        for name, more in (("store", 'ready = "after:2s"\n'), ("web", 'depends_on = ["store"]\n')):
            fleet += f'[[service]]\nname = "{name}"\nurl = "http://127.0.0.1:{free_port()}"\nrun = ["sleep", "{self.markers[name]}"]\n{more}'
        fleet += f'[[service]]\nname = "held"\nurl = "http://127.0.0.1:{self.held}"\nrun = ["sleep", "1"]\nprofile = ["held"]\n'
        for tree in self.trees:
            (tree / "fleet.toml").write_text(fleet)

    def run(self, *arguments, tree=0):
        return Command(self, self.trees[tree], *arguments)

    def expect_one_of_each(self, when):
        counts = {name: len(pids_of(marker)) for name, marker in self.markers.items()}
        if set(counts.values()) != {1}:
            raise Failure(f"{when}: processes of each service: {counts}")

    def strangers_signalled(self):
        """Each signal to a process that no command has started."""
        started, calls = set(), []
        for command in self.commands:
            for line in command.lines():
                started.add(int(line.split()[0]))
                if forked := FORKED.match(line):
                    started.add(int(forked.group(1)))
                if (call := CALL.match(line)) and call.group(2) in CALLS.split(","):
                    calls.append(call.groups())
        wrong = []
        for caller, name, arguments in calls:
            pidfd = PIDFD.match(arguments)
            words = arguments.split(", ")
            target = int(pidfd.group(1)) if pidfd else int(words[0])
            number = words[2] if name in ("tgkill", "rt_tgsigqueueinfo") else words[1]
            if number == "0" or target == 0:  # a question, or its own group
                continue
            if target == -1 or abs(target) not in started:
                wrong.append(f"{caller} {name}({arguments})")
        return wrong, collections.Counter(name for _, name, _ in calls)

    def end(self):
        for name in self.markers:
            subprocess.run([self.program, "shutdown", name], cwd=self.trees[0], env=self.environment, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, timeout=LIMIT, check=False)
        self.stranger.kill()
        self.stranger.wait()
        for command in self.commands:
            try:
                command.strace.wait(30)
            except subprocess.TimeoutExpired:
                command.strace.kill()
                command.strace.wait()
            command.output.close()


def scenario(stand):
    stand.run("up").expect(0)
    stand.expect_one_of_each("after up")
    restarts = [stand.run("restart", "--json", "web") for _ in range(RESTARTS)]
    for restart in restarts:
        restart.expect(0)
        receipts = [json.loads(line) for line in restart.text().splitlines() if line.startswith("{")]
        if [receipt["ok"] for receipt in receipts] != [True]:
            raise Failure(f"a restart among {RESTARTS} says {restart.text()}")
    news = [json.loads(line)["new_pid"] for restart in restarts for line in restart.text().splitlines() if line.startswith("{")]
    stand.expect_one_of_each(f"after {RESTARTS} restarts at once")
    stand.run("down", tree=1).expect(1, "held by")
    stand.expect_one_of_each("after down in the other tree")
    stand.run("down").expect(1, str(stand.stranger.pid))  # all but what the stranger keeps from being asked
    begun = stand.run("up")  # web waits for store, which is ready after 2 s
    deadline = time.monotonic() + LIMIT
    while not pids_of(stand.markers["store"]) and time.monotonic() < deadline:
        time.sleep(0.02)
    stand.run("restart", "web").expect(0)
    begun.expect(0)
    stand.expect_one_of_each("after a restart while its dependency is waited for")
    stand.run("start", "held").expect(1, str(stand.stranger.pid))
    stand.run("down").expect(1, str(stand.stranger.pid))
    left = [pid for marker in stand.markers.values() for pid in pids_of(marker)]
    if left or stand.stranger.poll() is not None:
        raise Failure(f"left: {left}; the stranger's end: {stand.stranger.poll()}")
    return len(set(news))


def main():
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__)
        return 0 if len(sys.argv) == 2 else 2
    if not shutil.which("strace") or subprocess.run(["strace", "-f", "--seccomp-bpf", "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        print("strace is not here, or may not trace")
        return 77
    with tempfile.TemporaryDirectory(prefix="signals-", ignore_cleanup_errors=True) as root:
        stand = Stand(sys.argv[1], pathlib.Path(root).resolve())
        try:
            replaced = scenario(stand)
        except Failure as failure:
            print(f"FAIL  {failure}")
            return 1
        finally:
            stand.end()
        wrong, calls = stand.strangers_signalled()
        for each in wrong:
            print(f"FAIL  a signal to a process that no command has started: {each}")
        told = ", ".join(f"{count} {name}" for name, count in sorted(calls.items()))
        print(f"{len(stand.commands)} commands, {replaced} processes for {RESTARTS} restarts at once; {told}; {len(wrong)} to strangers")
        return 1 if wrong or not calls["kill"] + calls["pidfd_send_signal"] else 0


if __name__ == "__main__":
    sys.exit(main())
