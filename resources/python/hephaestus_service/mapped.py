# SPDX-License-Identifier: GPL-3.0-or-later
"""The executable and the libraries of a process, from /proc/PID/maps, and the processes that belong to it."""
from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Dict, List, Tuple

DELETED = b" (deleted)"
NO_FILES = (b"/memfd:", b"/dev/", b"/SYSV", b"/[aio]", b"//")
OURS = b"/_hephaestus_audit.abi3.so"  # reports imports, and is no part of the program
Identity = Tuple[bytes, int]  # path and inode


@dataclass(frozen=True)
class Mapped:
    path: bytes
    inode: int
    range: str  # in /proc/PID/map_files


def mapped_files(pid: int) -> Dict[Identity, Mapped]:
    """Those mapped to be executed; none if the process is gone or not ours."""
    found: Dict[Identity, Mapped] = {}
    try:
        with open(f"/proc/{pid}/maps", "rb") as maps:
            lines = maps.read().split(b"\n")
    except OSError:
        return found
    for line in lines:
        if b"xp " not in line[:64]:
            continue
        words = line.split(None, 5)
        if len(words) < 6 or words[1][2:4] != b"xp" or not words[5].startswith(b"/") or words[5].startswith(NO_FILES) or OURS in words[5]:
            continue
        path = words[5][:-len(DELETED)] if words[5].endswith(DELETED) else words[5]
        path = path.replace(b"\\012", b"\n")
        found.setdefault((path, int(words[4])), Mapped(path, int(words[4]), words[0].decode()))
    return found


def program_of(pid: int) -> bytes:
    """The path of the file that it runs; empty: gone, or not ours to see."""
    try:
        path = os.readlink(b"/proc/%d/exe" % pid)
    except OSError:
        return b""
    return path[:-len(DELETED)] if path.endswith(DELETED) else path


def children_of(pid: int) -> List[int]:
    found: List[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as children:
                found.extend(map(int, children.read().split()))
    except OSError:
        pass
    return found


def descendants_of(pid: int) -> List[Tuple[int, int]]:
    """Of a process: pid and parent, parents first."""
    found = [(child, pid) for child in children_of(pid)]
    for child, _ in found:  # grows meanwhile
        found.extend((each, child) for each in children_of(child))
    return found
