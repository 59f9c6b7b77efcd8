# SPDX-License-Identifier: GPL-3.0-or-later
"""A restart in place of a hypercorn without a master: it stops as at SIGTERM, keeps its listening sockets, and executes its program anew."""
from __future__ import annotations

import asyncio
import os
import socket
from typing import Any, Callable, List, Optional, Set

from .restart import Restart
from .runners import turns

OTHER_SOCKETS = ("--insecure-bind", "--quic-bind")  # which cannot be told from those of --bind later


def is_hypercorn(handle: Any) -> bool:
    """Whether this handle of an event loop is what hypercorn does at SIGTERM."""
    return (getattr(getattr(handle, "_callback", None), "__module__", None) or "").startswith("hypercorn.asyncio")


class HypercornRestart(Restart):
    """`own` are the descriptors of listening sockets that are not hypercorn's."""

    def __init__(self, loop: asyncio.AbstractEventLoop, handle: Any, own: Callable[[], Set[int]]) -> None:
        """`handle` is hypercorn's at SIGTERM."""
        super().__init__({})
        self._loop, self._handle, self._own = loop, handle, own
        self._kept: List[socket.socket] = []
        self.has_begun = False

    def problem(self) -> Optional[str]:
        if any(argument.startswith(OTHER_SOCKETS) for argument in self._command):
            return "only the sockets of --bind can be handed over"
        if not isinstance(self._loop, asyncio.SelectorEventLoop):
            return "only with asyncio's own event loop the listening sockets can be kept"
        return super().problem()

    def begin(self) -> None:
        """From any thread. Whoever connects from now on waits for the next process; hypercorn ends its requests, and then its lifespan."""
        self.has_begun = True
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop)

    async def _stop(self) -> None:
        for descriptor in _listening(self._own()):
            self._loop.remove_reader(descriptor)
            self._kept.append(socket.socket(fileno=os.dup(descriptor)))
        await turns()  # whoever was accepted is made known
        self._handle._callback(*self._handle._args)

    def execute(self) -> None:
        for each in self._kept:
            each.set_inheritable(True)
        self._command = with_sockets(self._command, [each.fileno() for each in self._kept])
        super().execute()


def with_sockets(command: List[str], descriptors: List[int]) -> List[str]:
    """The command line with these listening sockets in place of the addresses."""
    program = next((place for place, argument in enumerate(command) if "hypercorn" in argument), 0)
    kept = command[:program + 1]
    is_value = False
    for argument in command[program + 1:]:
        is_bind = argument in ("-b", "--bind")
        if not (is_value or is_bind or argument.startswith("--bind=") or (argument.startswith("-b") and len(argument) > 2)):
            kept.append(argument)
        is_value = is_bind
    return kept + [part for each in descriptors for part in ("--bind", f"fd://{each}")]


def _listening(own: Set[int]) -> List[int]:
    """The listening stream sockets of this process."""
    found: List[int] = []
    for name in os.listdir("/proc/self/fd"):
        try:
            descriptor = int(name)
            if descriptor in own or not os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):
                continue
            with socket.socket(fileno=os.dup(descriptor)) as copy:
                if copy.type == socket.SOCK_STREAM and copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    found.append(descriptor)
        except OSError:
            continue
    return sorted(found)
