#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks a service again and again whether it is alive, and keeps what it found. Standard library only.

    monitor.py [--listen 127.0.0.1:8001] [--url http://127.0.0.1:8000/health/live] [--database FILE] [--every SECONDS]

The database is monitor.db in ${XDG_STATE_HOME:-~/.local/state}/hephaestus, unless told otherwise.
"""
import argparse
import logging
import os
import sys
from pathlib import Path

sys.path[1:1] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[3] / "python")]
from hephaestus_service import Service  # noqa: E402

from history import History  # noqa: E402
from probes import probe  # noqa: E402

parser = argparse.ArgumentParser(description="asks a service again and again whether it is alive")
parser.add_argument("--listen", default="127.0.0.1:8001")
parser.add_argument("--url", default="http://127.0.0.1:8000/health/live")
parser.add_argument("--database")
parser.add_argument("--every", type=float, default=2, metavar="SECONDS")
options = parser.parse_args()


def in_state_directory(name):
    directory = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "hephaestus"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return directory / name


service = Service("hephaestus-monitor", "1.4.0")
mcp = service.dependency("mcp", url=options.url)
database = service.dependency("database", pool_size=1)
service.logging()
history = History(options.database or in_state_directory("monitor.db"))
service.cleanup(history.close, name="close the database")
log = logging.getLogger("monitor")


def look():
    seconds = error = None
    try:
        with mcp.call():
            seconds = probe(options.url)
    except (OSError, ValueError) as problem:
        error = str(problem)
        log.warning("%s: %s", options.url, error)
    with database.call():
        history.add(options.url, seconds, error)


if __name__ == "__main__":
    look()
    log.info("listening on %s", service.listen(options.listen))
    with service:
        while service.sleep(options.every):
            look()
    sys.exit(service.exit_code)
