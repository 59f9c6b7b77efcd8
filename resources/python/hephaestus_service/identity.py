# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose code this is: the directory, the git work tree and the user, read from files without running git."""
from __future__ import annotations

import contextlib
import os
import pwd
import re
import stat
import subprocess
import time
from typing import Callable, Dict, Iterator, Optional, Tuple

BRANCHES = "refs/heads/"
GIT_TIMEOUT, GIT_LOOK = 20.0, 0.1  # seconds
LONGEST_LINE = 64 << 10
LARGEST_PACKED_REFS = 256 << 20  # bytes; some 3 million references


def own_identity() -> Dict[str, str]:
    """`identity` of the detailed body, as of now; what is not known is left out."""
    try:
        directory = os.getcwd()
    except OSError:
        return {"user": _user()}
    found = {"directory": directory, "user": _user()}
    worktree, repository, owners = _repository_of(directory)
    if repository:
        branch, commit = _head_of(repository, owners)
        found.update({"worktree": worktree, "branch": branch, "commit": commit})
    return {name: value for name, value in found.items() if value}


def was_dirty(worktree: str, commit: str, since: float, is_ending: Callable[[], bool] = lambda: False) -> Optional[bool]:
    """Whether files that git follows differed from `commit` at `since` (Unix time), a moment ago. None: git is not there, does not say, or
    something was changed after that; or `is_ending` became true while it was asked."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-C", worktree, "status", "--porcelain=v1", "-z",
               "--untracked-files=no", "--no-renames"]
    try:
        with subprocess.Popen(command, env={**clean, "LC_ALL": "C"}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as git:
            told = _output_of(git, is_ending)
        if git.returncode != 0:
            return None
        _, repository, owners = _repository_of(worktree)
        if _head_of(repository, owners)[1] != commit:
            return None
        changed = [os.path.join(os.fsencode(worktree), each[3:]) for each in told.split(b"\0") if each]
        if not changed:
            return False
        return True if any(_changed_before(path, since) for path in changed) else None
    except (OSError, subprocess.SubprocessError):
        return None


def _output_of(git: "subprocess.Popen[bytes]", is_ending: Callable[[], bool]) -> bytes:
    deadline = time.monotonic() + GIT_TIMEOUT
    while True:
        try:
            return git.communicate(timeout=GIT_LOOK)[0]
        except subprocess.TimeoutExpired:
            if is_ending() or time.monotonic() > deadline:
                git.kill()


def _changed_before(path: bytes, moment: float) -> bool:
    """Of a file that is gone, by its directory."""
    try:
        return os.lstat(path).st_ctime < moment
    except FileNotFoundError:
        parent = os.path.dirname(path)
        return _changed_before(parent, moment) if parent != path else False


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


class _Owners:
    """Whose files are believed: this user's and root's. In a repository of him whose folder one works in, his alone. Whoever else made a
    `.git` above would have us read, and tell, what is ours."""

    def __init__(self, directory: str) -> None:
        self._believed = {os.geteuid(), 0}
        self._worker = os.geteuid()
        with contextlib.suppress(OSError):
            self._worker = os.stat(directory).st_uid

    def include(self, owner: int) -> bool:
        return owner == self._worker or owner in self._believed

    def narrow(self, owner: int) -> None:
        """From here on only the files of a repository of `owner` are looked at."""
        if owner not in self._believed:
            self._believed = {owner}

    def include_file_of(self, owner: int) -> bool:
        return owner in self._believed


def _content(path: str, owners: _Owners, largest: int) -> Iterator[str]:
    """The lines of a regular file that is believed; none of another. Opening never waits."""
    def open_now(name: str, flags: int) -> int:
        return os.open(name, flags | os.O_NONBLOCK | os.O_NOCTTY)

    with contextlib.suppress(OSError, ValueError), open(path, encoding="utf-8", errors="surrogateescape", opener=open_now) as file:
        status = os.fstat(file.fileno())
        if stat.S_ISREG(status.st_mode) and owners.include_file_of(status.st_uid) and status.st_size <= largest:
            yield from iter(lambda: file.readline(LONGEST_LINE), "")


def _first_line(path: str, owners: _Owners) -> str:
    return next(_content(path, owners, LONGEST_LINE), "").strip()


def _repository_of(directory: str) -> Tuple[str, str, _Owners]:
    """The work tree around `directory`, and its repository: `.git`, or what that file names (gitrepository-layout(5)). Empty, too, if it is
    somebody else's."""
    owners = _Owners(directory)
    while True:
        candidate = os.path.join(directory, ".git")
        if os.path.exists(candidate):
            status = os.stat(candidate)
            if not owners.include(os.lstat(candidate).st_uid) or not owners.include(status.st_uid):
                return "", "", owners
            owners.narrow(status.st_uid)
            if stat.S_ISDIR(status.st_mode):
                return directory, candidate, owners
            link = _first_line(candidate, owners)
            return directory, os.path.join(directory, link[8:]) if link.startswith("gitdir: ") else "", owners
        if directory == os.path.dirname(directory):
            return "", "", owners
        directory = os.path.dirname(directory)


def _head_of(repository: str, owners: _Owners) -> Tuple[str, str]:
    """The branch, empty when detached, and the commit, empty before the first one, and where it is not known."""
    head = _first_line(os.path.join(repository, "HEAD"), owners)
    if not head.startswith("ref: "):
        return "", _as_commit(head)
    reference = head[5:]
    if not _is_reference(reference):
        return "", ""
    common = _first_line(os.path.join(repository, "commondir"), owners)  # of a second work tree
    shared = os.path.join(repository, common) if common else repository
    loose = os.path.join(shared, reference)
    # What is packed is older than what is loose.
    is_loose = os.path.lexists(loose) and (os.path.islink(loose) or not os.path.isdir(loose))
    commit = _as_commit(_first_line(loose, owners)) if is_loose else _packed(shared, reference, owners)
    return reference[len(BRANCHES):] if reference.startswith(BRANCHES) else reference, commit


def _packed(repository: str, reference: str, owners: _Owners) -> str:
    lines = _content(os.path.join(repository, "packed-refs"), owners, LARGEST_PACKED_REFS)
    return _as_commit(next((line.split()[0] for line in lines if line.rstrip().endswith(" " + reference)), ""))


def _is_reference(name: str) -> bool:
    """One that stays within the repository (git-check-ref-format(1))."""
    return re.fullmatch(r"refs/[^\x00-\x20\x7f]+", name) is not None and not any(each in name for each in ("..", "/.", "//"))


def _as_commit(line: str) -> str:
    """What is no name of a commit, SHA-1 or SHA-256, is not told."""
    return line if re.fullmatch("(?:[0-9a-f]{40}|[0-9a-f]{64})", line) else ""
