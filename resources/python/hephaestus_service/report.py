# SPDX-License-Identifier: GPL-3.0-or-later
"""What this process and its children load, as hephaestus_manifest reports it: to the file of `hephaestus run --python`, or else to
one in memory that the children inherit by its path, in their environment."""
from __future__ import annotations

import fcntl
import importlib
import os
import threading
import time
from dataclasses import dataclass, field
from struct import Struct
from typing import Any, Dict, Iterator, List, MutableMapping, Optional, Tuple
from urllib.parse import unquote_to_bytes

VARIABLE = "HEPHAESTUS_MODULES"
ENDPOINTS = "HEPHAESTUS_ENDPOINTS"
EXECUTED = "HEPHAESTUS_EXECUTED"  # PID:NANOSECONDS, when a restart in place executed this program
TICK = 20_000_000  # nanoseconds that the clock of file times may be behind
Stamp = Tuple[int, int, int, int, int]  # device, inode, size, modified, changed
STAMP = Struct("<QQqqq")
TIMED, COMPARED = b"\0\0\0\0", b"\3\0\0\0"  # flags of byte code
Process = Tuple[int, int]  # pid, and its start in clock ticks since boot

_lock = threading.Lock()
_path: Optional[str] = None
_given: Dict[str, Optional[str]] = {}  # the environment before we changed it


@dataclass(frozen=True)
class Loaded:
    """One state of a file that a process has loaded."""

    path: bytes
    stamp: Stamp
    is_doubtful: bool  # byte code, or an earlier load, that may have been of another state
    digest: Optional[bytes]  # of the bytes that were read, where the stamp proves nothing
    at: int = field(default=0, compare=False)  # when, in nanoseconds since the epoch


@dataclass
class Held:
    """What one process has loaded."""

    image: bytes  # of the program that it runs; empty: not known
    files: Dict[bytes, List[Loaded]]  # by path: all states that count, the newest last
    loading: int = 0  # the number of the last announcement of files that no line named yet
    named: int = 0  # and of the last one that was kept
    revision: int = 0  # of `files`: another one after each change

    @property
    def is_loading(self) -> bool:
        return self.loading > self.named


def begin() -> Optional[str]:
    """Makes this process report what it loads, once. Returns the path of the report; None: this Python cannot."""
    global _path
    with _lock:
        if _path is None:
            try:
                _path = _open()
            except (ImportError, OSError, AttributeError, ValueError):
                return None
        return _path


def wrapper_address() -> Optional[str]:
    """Where `hephaestus run` asks for the endpoints; None: nobody does. It is not for the children, and out of the environment now."""
    with _lock:
        value = os.environ.pop(ENDPOINTS, None)
        if value is not None:
            _given[ENDPOINTS] = value
        return _given.get(ENDPOINTS)


def restored(environment: MutableMapping[str, str]) -> MutableMapping[str, str]:
    """`environment` with what begin() set there as it was before: for a program that takes this one's place."""
    for name, value in _given.items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = value
    return environment


def process_of(pid: int) -> Process:
    """Raises OSError if there is none."""
    return pid, int(_fields(pid)[19])


def image_of(pid: int) -> bytes:
    fields = _fields(pid)
    return fields[23] + b"." + fields[25]


def is_running(pid: int) -> bool:
    try:
        return _fields(pid)[0] not in (b"Z", b"X")
    except OSError:
        return False


def _fields(pid: int) -> List[bytes]:
    try:
        with open(f"/proc/{pid}/stat", "rb") as status:
            return status.read().rpartition(b")")[2].split()
    except ProcessLookupError as gone:
        raise FileNotFoundError(*gone.args) from gone


def _open() -> str:
    manifest: Any = importlib.import_module("hephaestus_manifest")
    target = os.environ.get(VARIABLE, "")
    path = f"/proc/self/fd/{target}" if target.isdigit() else target
    if path and os.access(path, os.R_OK | os.W_OK):
        manifest.begin(target)  # does nothing if sitecustomize did
        return path
    descriptor = os.memfd_create("hephaestus-modules")
    fcntl.fcntl(descriptor, fcntl.F_SETFL, os.O_APPEND)
    manifest.begin(str(descriptor), BEGAN)
    _give(descriptor, os.path.dirname(os.path.abspath(manifest.__file__)))
    return f"/proc/self/fd/{descriptor}"


def _give(descriptor: int, directory: str) -> None:
    """To the children: what `hephaestus run --python` gives to its program. One that was forked gives it to its own."""
    if not os.path.exists(os.path.join(directory, "sitecustomize.py")):
        return
    before = os.environ.get("PYTHONPATH")
    _given.update({VARIABLE: None, "PYTHONPATH": before})
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (directory, before)))

    def name_path() -> None:
        os.environ[VARIABLE] = f"/proc/{os.getpid()}/fd/{descriptor}"
    name_path()
    os.register_at_fork(after_in_child=name_path)


def start_of(pid: int) -> int:
    """When a process had loaded nothing of its program yet, in nanoseconds since the epoch; never too late. Raises OSError if there is
    none."""
    age = time.clock_gettime(time.CLOCK_BOOTTIME) - process_of(pid)[1] / os.sysconf("SC_CLK_TCK")
    return time.time_ns() - int(age * 1e9) - TICK


def _began() -> int:
    pid, _, executed = os.environ.pop(EXECUTED, "").partition(":")
    return int(executed) if pid == str(os.getpid()) and executed.isdigit() else start_of(os.getpid())


BEGAN = _began()  # start_of() this program; what it forks has loaded things since then, too


def _is_doubtful(stamp: Stamp, cached: bytes, since: int, until: int) -> bool:
    """Of a source with this stamp, whose byte code `cached` was loaded between the two times: whether that may be of another state. Its
    flags say how Python compares them: by time and size, by their bytes, or not at all."""
    try:
        with open(cached, "rb") as file:
            status, flags = os.fstat(file.fileno()), file.read(8)[4:]
    except OSError:
        return True
    if since - TICK < stamp[4] <= until or status.st_ctime_ns > until + TICK:
        return True
    return flags != COMPARED and (flags != TIMED or min(status.st_mtime_ns, status.st_ctime_ns) <= stamp[4])


class Report:
    """Reads a report from its beginning, and goes on where it was. Belongs to one thread."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._offset = 0
        self.held: Dict[Process, Held] = {}
        status = os.stat(path)
        self._file = status.st_dev, status.st_ino

    @property
    def is_intact(self) -> bool:
        """False: the program has closed it, as daemons close all descriptors, and what it loads is not reported any more."""
        try:
            status = os.stat(self._path)
        except OSError:
            return False
        return (status.st_dev, status.st_ino) == self._file

    @property
    def has_more(self) -> bool:
        try:
            return os.stat(self._path).st_size > self._offset
        except OSError:
            return True

    def read(self) -> None:
        importlib.import_module("hephaestus_manifest").flush()
        for line in self._lines():
            words = line.strip(b"\0").split(b" ")
            try:
                self._take(words)
            except (ValueError, IndexError):
                continue  # not a line of ours
            except KeyError:
                continue  # of a process that has ended; one of which nothing is held is not known

    def _lines(self) -> Iterator[bytes]:
        try:
            with open(self._path, "rb") as file:
                file.seek(self._offset)
                for line in file:
                    if not line.endswith(b"\n"):
                        return  # still being written
                    self._offset += len(line)
                    yield line[:-1]
        except OSError:
            return

    def _take(self, words: List[bytes]) -> None:
        process = int(words[1]), int(words[2])
        if words[0] == b"began":
            self.held[process] = Held(words[3], {})
        elif words[0] in (b"loaded", b"cached"):
            device, inode, size, modified, changed = map(int, words[4:9])
            digest = bytes.fromhex(words[10].decode()) if len(words) > 10 else None
            loaded = Loaded(unquote_to_bytes(words[9]), (device, inode, size, modified, changed), words[0] == b"cached", digest,
                            int(words[3]))
            self._hold(process, loaded)
        elif words[0] == b"loading":
            self.held[process].loading = int(words[3])
        elif words[0] == b"imported":
            since, now, stamps = int(words[4]), int(words[5]), bytes.fromhex(b"".join(words[6:7]).decode())
            for index, (device, inode, size, modified, changed) in enumerate(STAMP.iter_unpack(stamps)):
                stamp = device, inode, size, modified, changed
                path, cached = map(unquote_to_bytes, words[7 + index * 2:9 + index * 2])
                path = os.path.abspath(path)
                self._hold(process, Loaded(path, stamp, _is_doubtful(stamp, cached, since, now), None, now))
            self.held[process].named = int(words[3])
        elif words[0] == b"settled":
            states = self.held[process].files.get(unquote_to_bytes(words[3]), [])
            del states[:-1]
            self.held[process].revision += 1
        elif words[0] == b"forked":
            self.inherit(process, (int(words[3]), int(words[4])))

    def _hold(self, process: Process, loaded: Loaded) -> None:
        held = self.held.setdefault(process, Held(b"", {}))
        held.revision += 1
        states = held.files.setdefault(loaded.path, [])
        if loaded in states:
            states.remove(loaded)
        states.append(loaded)

    def inherit(self, process: Process, parent: Process) -> None:
        """`process` was forked from `parent`, and holds what that holds."""
        held = self.held.get(parent)
        if held is not None:
            self.held[process] = Held(held.image, {path: list(states) for path, states in held.files.items()})

    def forget_ended(self) -> None:
        for process, held in list(self.held.items()):
            try:
                goes_on = process_of(process[0]) == process and held.image in (b"", image_of(process[0]))
            except OSError:
                goes_on = False
            if not goes_on:
                del self.held[process]
