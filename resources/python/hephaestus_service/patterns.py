# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files a pattern names: `*`, `?` and `[…]` within one name, `**` for any number of directories, `{a,b}` for two patterns. The rules of
`--watch` (freshness.md)."""
from __future__ import annotations

import functools
import os
import re
import stat
from typing import FrozenSet, Iterator, List, Pattern, Tuple

ANY = b"**"
JUNK_DIRECTORIES = (b"node_modules", b"__pycache__", b"build", b"dist", b"target", b"venv")
JUNK_ENDINGS = (b".log", b".pid", b".pyc", b".swp", b".tmp", b"~", b".orig", b".rej")
Positions = FrozenSet[int]


class Glob:
    """One pattern without braces, relative to `directory`. A directory stands for everything in it but junk."""

    def __init__(self, directory: bytes, pattern: bytes) -> None:
        fixed: List[bytes] = [] if pattern.startswith(b"/") else [name for name in directory.split(b"/") if name]
        names: List[bytes] = []
        for name in pattern.split(b"/"):
            if name in (b"", b"."):
                continue
            if not names and name == b"..":
                del fixed[-1:]
            elif not names and not _has_wildcard(name):
                fixed.append(name)
            elif name != ANY or names[-1:] != [ANY]:
                names.append(name)
        if names[-1:] == [ANY]:
            names.append(b"*")
        self.root = b"/" + b"/".join(fixed)
        self._is_directory = not names and os.path.isdir(self.root)
        self._names = [ANY, b"*"] if self._is_directory else names

    def files(self) -> Iterator[bytes]:
        """Those that are there. A link to a directory is followed only where the pattern names it. Raises OSError for what cannot be read."""
        if not self._names:
            if os.path.isfile(self.root):
                yield self.root
            return
        yield from self._walk(self.root, self._reached(0))

    def _walk(self, directory: bytes, positions: Positions) -> Iterator[bytes]:
        below: List[Tuple[bytes, Positions]] = []
        try:
            entries = os.scandir(directory)
        except (FileNotFoundError, NotADirectoryError):
            return
        with entries:
            for entry in entries:
                after = self._next(positions, entry.name)
                is_named = any(self._names[position] == entry.name for position in positions)
                if after and entry.is_dir(follow_symlinks=is_named):
                    below.append((entry.path, after))
                if len(self._names) - 1 in positions and _matches(self._names[-1], entry.name) \
                        and not (self._is_directory and is_junk(entry.name)) and _is_file(entry):
                    yield entry.path
        for path, after in below:
            yield from self._walk(path, after)

    def _reached(self, position: int) -> Positions:
        """`**` may stand for no directory at all."""
        found = {position}
        while position < len(self._names) and self._names[position] == ANY:
            position += 1
            found.add(position)
        return frozenset(each for each in found if each < len(self._names))

    def _next(self, positions: Positions, name: bytes) -> Positions:
        after: Positions = frozenset()
        for position in positions:
            if self._names[position] == ANY:
                if not name.startswith(b".") and not (self._is_directory and is_junk(name)):
                    after |= self._reached(position)
            elif position + 1 < len(self._names) and _matches(self._names[position], name):
                after |= self._reached(position + 1)
        return after


def expand(pattern: bytes) -> List[bytes]:
    """`*.{js,ts}` is two patterns. A brace without a comma is part of a name."""
    begin = pattern.find(b"{")
    depth, cuts = 0, [begin]
    for position in range(begin, len(pattern)) if begin >= 0 else ():
        byte = pattern[position:position + 1]
        depth += (byte == b"{") - (byte == b"}")
        if depth == 0 or (depth == 1 and byte == b","):
            cuts.append(position)
        if depth == 0:
            break
    if begin < 0 or depth or len(cuts) < 3:
        return [pattern]
    return [each for left, right in zip(cuts, cuts[1:])
            for each in expand(pattern[:begin] + pattern[left + 1:right] + pattern[cuts[-1] + 1:])]


def is_junk(name: bytes) -> bool:
    return name.startswith(b".") or name in JUNK_DIRECTORIES or name.endswith(JUNK_ENDINGS)


def _is_file(entry: os.DirEntry[bytes]) -> bool:
    try:
        return stat.S_ISREG(entry.stat().st_mode)
    except OSError:
        return False


def _has_wildcard(name: bytes) -> bool:
    return any(byte in name for byte in (b"*", b"?", b"["))


def _matches(pattern: bytes, name: bytes) -> bool:
    if not _has_wildcard(pattern):
        return pattern == name
    return (not name.startswith(b".") or pattern.startswith(b".")) and _compiled(pattern).fullmatch(name) is not None


@functools.lru_cache(256)
def _compiled(pattern: bytes) -> Pattern[bytes]:
    """As fnmatch(3) has it."""
    text, position = b"", 0
    while position < len(pattern):
        byte = pattern[position:position + 1]
        position += 1
        end = pattern.find(b"]", position + 1 + (pattern[position:position + 1] in (b"!", b"^"))) if byte == b"[" else -1
        if byte == b"*":
            text += b".*"
        elif byte == b"?":
            text += b"."
        elif end > 0:
            inner = pattern[position:end]
            is_negated = inner[:1] in (b"!", b"^")
            text += b"[" + (b"^" if is_negated else b"") + re.sub(rb"([\\^\[\]&~|])", rb"\\\1", inner[is_negated:]) + b"]"
            position = end + 1
        else:
            if byte == b"\\" and position < len(pattern):
                byte = pattern[position:position + 1]
                position += 1
            text += re.escape(byte)
    return re.compile(text, re.DOTALL)
