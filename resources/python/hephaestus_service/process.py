# SPDX-License-Identifier: GPL-3.0-or-later
"""What this process uses, and how it ends."""
from __future__ import annotations

import logging
import os
import resource
import signal
import sys
import threading
from typing import Any, Dict, Iterable

PAGE = resource.getpagesize()


def used() -> Dict[str, Any]:
    """open_files, threads, resident_bytes, cpu_seconds, from /proc (proc(5)); what cannot be known is left out."""
    found: Dict[str, Any] = {"threads": threading.active_count()}
    try:
        found["open_files"] = len(os.listdir("/proc/self/fd")) - 1  # without the one that lists
        with open("/proc/self/stat", "rb", buffering=0) as status:
            fields = status.read(4096).rpartition(b")")[2].split()
        found["threads"], found["resident_bytes"] = int(fields[17]), int(fields[21]) * PAGE
    except (OSError, ValueError, IndexError):
        pass
    times = os.times()
    found["cpu_seconds"] = round(times.user + times.system, 3)
    return found


def used_by(pids: Iterable[int]) -> Dict[str, Any]:
    """The same of several processes together; what cannot be known of each is left out. One that has ended does not count."""
    found: Dict[str, Any] = {"open_files": 0, "threads": 0, "resident_bytes": 0, "cpu_seconds": 0.0}
    ticks = os.sysconf("SC_CLK_TCK")
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat", "rb", buffering=0) as status:
                fields = status.read(4096).rpartition(b")")[2].split()
        except OSError:
            continue
        found["threads"] += int(fields[17])
        found["resident_bytes"] += int(fields[21]) * PAGE
        found["cpu_seconds"] += (int(fields[11]) + int(fields[12])) / ticks
        try:
            if "open_files" in found:
                found["open_files"] += len(os.listdir(f"/proc/{pid}/fd")) - (pid == os.getpid())
        except OSError:
            found.pop("open_files", None)
    found["cpu_seconds"] = round(found["cpu_seconds"], 3)
    return found


def flush() -> None:
    """Log handlers and the standard streams."""
    for handler in list(logging.getLogger().handlers):
        try:
            handler.flush()
        except Exception:  # noqa: BLE001: a closed stream must not keep the process
            pass
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # noqa: BLE001
            pass


def leave(code: int) -> None:
    """Ends the process at once, with what was written flushed, and with what multiprocessing started."""
    multiprocessing = sys.modules.get("multiprocessing")
    if multiprocessing is not None:
        for child in multiprocessing.active_children():
            try:
                os.kill(child.pid, signal.SIGKILL)
            except (OSError, TypeError):
                pass
    flusher = threading.Thread(target=flush, daemon=True)
    flusher.start()
    flusher.join(1)  # a pipe that nobody reads must not keep the process
    os._exit(code)
