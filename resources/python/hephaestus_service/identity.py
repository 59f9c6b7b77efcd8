# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose code this is: the directory, the git work tree and the user, read from files without running git."""
from __future__ import annotations

import os
import pwd
import subprocess
import time
from typing import Callable, Dict, Optional, Tuple

BRANCHES = "refs/heads/"
GIT_TIMEOUT, GIT_LOOK = 20.0, 0.1  # seconds
LONGEST_LINE = 64 << 10


def own_identity() -> Dict[str, str]:
    """`identity` of the detailed body, as of now; what is not known is left out."""
    try:
        directory = os.getcwd()
    except OSError:
        return {"user": _user()}
    found = {"directory": directory, "user": _user()}
    worktree, repository = _repository_of(directory)
    if repository:
        branch, commit = _head_of(repository)
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
        if _head_of(_repository_of(worktree)[1])[1] != commit:
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


def _first_line(path: str) -> str:
    try:
        if os.path.isfile(path):
            with open(path, encoding="utf-8", errors="surrogateescape") as file:
                return file.readline(LONGEST_LINE).strip()
    except OSError:
        pass
    return ""


def _repository_of(directory: str) -> Tuple[str, str]:
    """The work tree around `directory`, and its repository: `.git`, or what that file names (gitrepository-layout(5))."""
    while True:
        candidate = os.path.join(directory, ".git")
        if os.path.isdir(candidate):
            return directory, candidate
        if os.path.exists(candidate):
            link = _first_line(candidate)
            return directory, os.path.join(directory, link[8:]) if link.startswith("gitdir: ") else ""
        if directory == os.path.dirname(directory):
            return "", ""
        directory = os.path.dirname(directory)


def _head_of(repository: str) -> Tuple[str, str]:
    """The branch, empty when detached, and the commit, empty before the first one."""
    head = _first_line(os.path.join(repository, "HEAD"))
    if not head.startswith("ref: "):
        return "", head
    reference = head[5:]
    common = _first_line(os.path.join(repository, "commondir"))  # of a second work tree
    shared = os.path.join(repository, common) if common else repository
    commit = _first_line(os.path.join(shared, reference)) or _packed(shared, reference)
    return reference[len(BRANCHES):] if reference.startswith(BRANCHES) else reference, commit


def _packed(repository: str, reference: str) -> str:
    try:
        with open(os.path.join(repository, "packed-refs"), encoding="utf-8", errors="surrogateescape") as file:
            return next((line.split()[0] for line in file if line.rstrip().endswith(" " + reference)), "")
    except OSError:
        return ""
