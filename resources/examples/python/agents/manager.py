#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives tasks to agents, child processes that it starts anew when they end. Standard library only.

    manager.py [--listen 127.0.0.1:8002] [--url http://127.0.0.1:8000/health/live] [--agents N] [--every SECONDS]
"""
import argparse
import itertools
import logging
import select
import subprocess
import sys
from pathlib import Path

sys.path[1:1] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[3] / "python")]
from hephaestus_service import Service  # noqa: E402
from shared.jsonhttp import ask  # noqa: E402

parser = argparse.ArgumentParser(description="gives tasks to agents")
parser.add_argument("--listen", default="127.0.0.1:8002")
parser.add_argument("--url", default="http://127.0.0.1:8000/health/live")
parser.add_argument("--agents", type=int, default=2, metavar="N")
parser.add_argument("--every", type=float, default=2, metavar="SECONDS")
options = parser.parse_args()

service = Service("hephaestus-agents", "1.4.0")
agents = service.dependency("agents", pool_size=options.agents)
mcp = service.dependency("mcp", url=options.url)
service.dependency("lmstudio", enabled=False)  # no local model here
service.logging()
log = logging.getLogger("agents")
ANSWER_TIMEOUT = 10  # seconds an agent may take for a task
END_TIMEOUT = 5  # seconds until an agent that was told to end is killed


class Agent:
    """One child process."""

    def __init__(self):
        self._process = None

    def work(self, task):
        """What came of it. Raises OSError if the agent ended, could not do it, or said nothing in time; it is new at the next call then."""
        if self._process is None:
            self._process = subprocess.Popen([sys.executable, str(Path(__file__).with_name("agent.py"))],
                                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
                                             start_new_session=True)  # Ctrl+C is for the manager
        try:
            print(task, file=self._process.stdin, flush=True)
            ready, _, _ = select.select([self._process.stdout], [], [], ANSWER_TIMEOUT)
            answer = self._process.stdout.readline() if ready else ""
            if not answer:
                raise OSError(f"agent {self._process.pid} " + ("ended" if ready else f"said nothing for {ANSWER_TIMEOUT} s"))
        except OSError:
            self.end()
            raise
        if not answer.startswith("done: "):
            raise OSError(answer.strip())
        return answer.strip()

    def end(self):
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.communicate(timeout=END_TIMEOUT)  # closes its input: it ends
        except (OSError, subprocess.TimeoutExpired):
            process.kill()
            process.communicate()


crew = [Agent() for _ in range(options.agents)]
service.cleanup(lambda: [agent.end() for agent in crew], name="end the agents", timeout=options.agents * END_TIMEOUT + 1)


def hand_out(task):
    for agent in crew:
        try:
            with agents.call():
                log.info("%s: %s", task, agent.work(task))
        except OSError as problem:
            log.warning("%s: %s", task, problem)
    try:
        with mcp.call():
            ask(options.url, timeout=2)
    except (OSError, ValueError) as problem:
        log.warning("%s: %s", options.url, problem)


if __name__ == "__main__":
    tasks = itertools.cycle(["load", "disk", "clock"])
    hand_out(next(tasks))
    log.info("listening on %s", service.listen(options.listen))
    with service:
        while service.sleep(options.every):
            hand_out(next(tasks))
    sys.exit(service.exit_code)
