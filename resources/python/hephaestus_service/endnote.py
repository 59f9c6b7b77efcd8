# SPDX-License-Identifier: GPL-3.0-or-later
"""The note that a service leaves of its end, for who watches it on this machine: `ends/INSTANCE.json` in the state directory."""
from __future__ import annotations

import contextlib
import os
import pwd
import stat
import time

from .encoding import as_bytes, as_text

KEPT = 2 * 24 * 3600.0  # seconds


def leave(instance_id: str, pid: int, reason: str, exit_code: int, is_complete: bool = True) -> None:
    """`reason`: `endpoint` or `signal`, whose sender Python does not tell. `is_complete`: the clean-up, where `exit_code` is a master's.
    Removes those of two days ago and earlier. OSError: nobody will know."""
    note = {"instance_id": instance_id, "pid": pid, "reason": reason, "by": "", "exit_code": exit_code}
    if not is_complete:
        note["complete"] = False
    state = _state_directory()
    os.close(_open_private(state))
    folder = _open_private(os.path.join(state, "ends"))
    try:
        _remove_old(folder)
        name, beside = f"{instance_id}.json", f".{instance_id}-{os.getpid()}.json"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder)
        with open(descriptor, "wb") as file:
            file.write(as_bytes(as_text(note)))
        os.rename(beside, name, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        os.close(folder)


def _state_directory() -> str:
    state = os.environ.get("XDG_STATE_HOME", "")
    if os.path.isabs(state):
        return os.path.join(state, "hephaestus")
    home = os.environ.get("HOME", "")
    if not os.path.isabs(home):
        with contextlib.suppress(KeyError):
            home = pwd.getpwuid(os.getuid()).pw_dir
        if not os.path.isabs(home) or home == "/":
            raise OSError("neither HOME nor XDG_STATE_HOME is set")
    return os.path.join(home, ".local/state/hephaestus")


def _open_private(path: str) -> int:
    """A folder for this user alone; it is made, or mended. Not through a link in its place."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.mkdir(path, 0o700)
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    status, user = os.fstat(descriptor), os.geteuid()
    if user != 0 and status.st_uid not in (0, user):
        os.close(descriptor)
        raise OSError(f"{path}: belongs to another user ({status.st_uid})")
    if status.st_uid == user and status.st_mode & 0o077:
        os.fchmod(descriptor, status.st_mode & 0o700)
    return descriptor


def _remove_old(folder: int) -> None:
    oldest = time.time() - KEPT
    for name in os.listdir(folder):
        with contextlib.suppress(OSError):
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if name.endswith(".json") and stat.S_ISREG(status.st_mode) and status.st_mtime < oldest:
                os.unlink(name, dir_fd=folder)
