#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One agent, a process of its own: for each line that it reads, which names a task, it writes one line about what came of it."""
import sys

from tasks import TASKS


def work(name):
    if name not in TASKS:
        return f"failed: there is no task {name}"
    try:
        return "done: " + TASKS[name]()
    except Exception as problem:  # noqa: BLE001: the manager is told, and the agent goes on
        return "failed: " + " ".join(str(problem).split())


for line in sys.stdin:
    print(work(line.strip()), flush=True)
