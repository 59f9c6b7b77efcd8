# SPDX-License-Identifier: GPL-3.0-or-later
"""A restart in place: the program file on disk now is executed in place of this process, with its listening sockets."""
from __future__ import annotations

import os
import socket
import sys
import time
from typing import Dict, List, Optional

from . import process, report

VARIABLE = "HEPHAESTUS_INHERITED"  # ADDRESS=DESCRIPTOR,… for the process that follows


_inherited: Dict[str, socket.socket] = {}


def take_inherited(address: str) -> Optional[socket.socket]:
    """The listening socket for `address` that the process before handed over, once; None if there is none."""
    for item in filter(None, os.environ.pop(VARIABLE, "").split(",")):
        name, _, number = item.rpartition("=")
        try:
            listening = socket.socket(fileno=int(number))
            listening.set_inheritable(False)
            _inherited[name] = listening
        except (OSError, ValueError):
            continue
    return _inherited.pop(address, None)


class Restart:
    """How this process was started, and the sockets it hands over, by address."""

    def __init__(self, sockets: Dict[str, socket.socket]) -> None:
        self._sockets = sockets
        self._command = _command()
        self._directory = os.getcwd()

    def problem(self) -> Optional[str]:
        """Why it cannot be done, or None: looked at before anything is stopped."""
        if not self._command:
            return "this process does not know how it was started"
        if not os.access(sys.executable, os.X_OK):
            return f"{sys.executable}: cannot be executed"
        script = _script(self._command)
        if script is not None:
            path = os.path.join(self._directory, script)
            try:
                with open(path, "rb") as source:
                    compile(source.read(), path, "exec", dont_inherit=True)
            except OSError as error:
                return f"{path}: {error.strerror}"
            except (SyntaxError, ValueError) as error:
                return f"{path}: {error}"
        if not os.path.isdir(self._directory):
            return f"{self._directory}: is gone"
        return None

    def execute(self) -> None:
        """Does not return, unless the kernel refuses: then the process ends with 1."""
        kept: List[str] = []
        for address, listening in self._sockets.items():
            listening.set_inheritable(True)
            kept.append(f"{address}={listening.fileno()}")
        environment = {**os.environ, VARIABLE: ",".join(kept), report.EXECUTED: f"{os.getpid()}:{time.time_ns()}"}
        report.restored(environment)
        process.flush()
        try:
            os.chdir(self._directory)
            os.execve(sys.executable, self._command, environment)
        except OSError as error:
            print(f"restart: {error}", file=sys.stderr, flush=True)
            os._exit(1)


def _command() -> List[str]:
    command = list(getattr(sys, "orig_argv", []))  # Python 3.10
    if not command:
        try:
            with open("/proc/self/cmdline", "rb") as line:
                command = [os.fsdecode(each) for each in line.read().split(b"\0")[:-1]]
        except OSError:
            return []
    return command


def _script(command: List[str]) -> Optional[str]:
    """The script in a command line of Python, None for -m, -c and a program that embeds Python."""
    for argument in command[1:]:
        if argument in ("-m", "-c"):
            return None
        if not argument.startswith("-"):
            return argument if argument.endswith(".py") else None
    return None
