# SPDX-License-Identifier: GPL-3.0-or-later
"""The workers of one server (gunicorn, uvicorn --workers, hypercorn): one identity, that of their master; one count; one shutdown.

They share a file in memory, named by the master. Each has a slot in it, which it alone writes, and which it holds by a lock that the kernel
takes back when it ends. The numbers of a worker that has ended count on; the next one that takes its slot goes on from them.
"""
from __future__ import annotations

import contextlib
import fcntl
import json
import mmap
import os
import re
import socket
import stat
import struct
import sys
import tempfile
import threading
import time
from hashlib import blake2b
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from .dependency import Tally
from .encoding import as_text
from .identity import GIT_TIMEOUT
from .report import image_of, process_of

Json = Dict[str, Any]
# Of one worker: successes, failures, when the last of each was (monotonic seconds); and name, enabled, details, error
Count = Tuple[int, int, Optional[float], Optional[float], Json]
VERSION = 1
MOST_WORKERS = 64
MOST_DEPENDENCIES = 64
HEADER = 4096  # bytes
SLOT = 160 << 10
ENTRY = 1 << 10  # of one dependency
NUMBERS = 512  # bytes at the beginning of a slot
RESULT, VERDICT, REFUSALS = NUMBERS + MOST_DEPENDENCIES * ENTRY, 100 << 10, 156 << 10  # offsets of texts in a slot
TEXT_HEAD = 24  # bytes: sequence, version, length
POLL, POLL_WITHOUT_BELL = 1.0, 0.1  # seconds
IMPORT_LOOK = 0.02
BETWEEN_LOOKS = 0.005
TRIES = 1000  # to read what another process is writing
DIRTY_STATES = (None, False, True)
MODES = ("", "immediate", "scheduled", "signal", "restart")
HANDOVER = 1  # the byte of the file that is locked during a restart in place
# Numbers of the header
FORMAT, STARTED, BEGAN, MODE, NOTICE_END, REVISION, COMPARE_AFTER, SHUTDOWN_ID, USED_SLOTS, DIRTY, IS_MASTER_TOLD = range(11)
# Numbers of a slot
PID, IN_FLIGHT, TASKS, IS_STOPPED, COMPARED, ENTRIES, IS_SERVING = range(7)
# Numbers of an entry; a text follows
SUCCESSES, FAILURES, LAST_SUCCESS, LAST_FAILURE, SEQUENCE, TEXT_VERSION, TEXT_LENGTH = range(7)
ENTRY_HEAD = 56
NOT_COMPARED: Json = {"verdict": "unknown", "changed": [], "reasons": ["it was not compared yet"]}
_FLOCK = "hhqqi4x"  # struct flock of fcntl(2)


def master_pid() -> int:
    """Of the server whose worker this process is; 0: it is none."""
    parent = os.getppid()
    if parent <= 1 and not os.environ.get("SERVER_SOFTWARE", "").startswith("gunicorn/"):
        return 0
    if os.environ.get("SERVER_SOFTWARE", "").startswith("gunicorn/") and "gunicorn.arbiter" in sys.modules:
        return parent if _is_forked_from(parent) else 0
    multiprocessing = sys.modules.get("multiprocessing")
    known = multiprocessing.parent_process() if multiprocessing is not None else None
    return parent if known is not None and known.pid == parent and not {"uvicorn", "hypercorn"}.isdisjoint(sys.modules) else 0


def is_master() -> bool:
    """True in gunicorn's master, which loads the application where it is told to (--preload), and answers nobody."""
    return "gunicorn.arbiter" in sys.modules and os.environ.get("SERVER_SOFTWARE", "").startswith("gunicorn/") and not master_pid()


def _is_forked_from(parent: int) -> bool:
    """Without another exec: its memory is laid out alike. Where that may not be seen, by its command line."""
    try:
        theirs, ours = image_of(parent), image_of(os.getpid())
        if theirs != b"0.0" and theirs != b"1.0":
            return theirs == ours
        with open(f"/proc/{parent}/cmdline", "rb") as line, open("/proc/self/cmdline", "rb") as own:
            command = line.read()
            return command.startswith(b"gunicorn: master") or command == own.read()
    except OSError:
        return False


def master_obstacle() -> Optional[str]:
    """Why this worker cannot end its master, nor have it replaced; None if it can, or has none."""
    master = master_pid()
    try:
        if master:
            os.kill(master, 0)
    except PermissionError:
        return f"the server's master (pid {master}) belongs to another user, and does nothing for this one: ask that user, or whatever started it"
    except OSError:
        pass
    return None


class Text:
    """A text in shared memory, written by one process and read by others."""

    def __init__(self, area: memoryview) -> None:
        self._numbers = area[:TEXT_HEAD].cast("Q")
        self._bytes = area[TEXT_HEAD:]
        self.room = len(self._bytes)

    def write(self, text: bytes) -> None:
        """It must fit."""
        sequence, version, _ = self._numbers
        self._numbers[0] = sequence | 1
        self._numbers[1], self._numbers[2] = version + 1, len(text)
        self._bytes[:len(text)] = text
        self._numbers[0] = (sequence | 1) + 1

    @property
    def version(self) -> int:
        """Another one whenever the text is another."""
        return int(self._numbers[1])

    def read(self) -> bytes:
        """Empty if there is none, or the process ended while it wrote."""
        for _ in range(TRIES):
            sequence = self._numbers[0]
            text = bytes(self._bytes[:self._numbers[2]])
            if not sequence & 1 and self._numbers[0] == sequence:
                return text
        return b""


class Entry:
    """What one worker counted of one dependency."""

    def __init__(self, area: memoryview) -> None:
        self._whole = area[:ENTRY_HEAD].cast("Q")
        self._times: Any = area[:ENTRY_HEAD].cast("d")
        self._bytes = area[ENTRY_HEAD:]
        self.room = len(self._bytes)
        self._text: Tuple[int, Json] = (-1, {})

    def write(self, successes: int, failures: int, last_success: Optional[float], last_failure: Optional[float],
              text: Optional[bytes] = None) -> None:
        """`text` only if it is another: name, details and error as JSON."""
        whole, times = self._whole, self._times
        sequence = whole[SEQUENCE] | 1
        whole[SEQUENCE] = sequence
        whole[SUCCESSES], whole[FAILURES] = successes, failures
        times[LAST_SUCCESS], times[LAST_FAILURE] = last_success or 0.0, last_failure or 0.0
        if text is not None:
            whole[TEXT_VERSION] += 1
            whole[TEXT_LENGTH] = len(text)
            self._bytes[:len(text)] = text
        whole[SEQUENCE] = sequence + 1

    def read(self) -> Optional[Count]:
        """None if the process ended while it wrote."""
        for _ in range(TRIES):
            sequence = self._whole[SEQUENCE]
            successes, failures, version, length = (self._whole[each] for each in (SUCCESSES, FAILURES, TEXT_VERSION, TEXT_LENGTH))
            times = self._times[LAST_SUCCESS], self._times[LAST_FAILURE]
            text = bytes(self._bytes[:length]) if version != self._text[0] else None
            if not sequence & 1 and self._whole[SEQUENCE] == sequence:
                if text is not None:
                    self._text = (version, json.loads(text) if text else {})
                return successes, failures, times[0] or None, times[1] or None, self._text[1]
        return None


class Slot:
    """What one worker says of itself."""

    def __init__(self, area: memoryview) -> None:
        self._area = area
        self.whole = area[:NUMBERS].cast("Q")
        self.times: Any = area[:NUMBERS].cast("d")
        self.result = Text(area[RESULT:VERDICT])
        self.verdict = Text(area[VERDICT:REFUSALS])
        self.refusals = Text(area[REFUSALS:SLOT])
        self._entries: List[Entry] = []

    def entries(self) -> List[Entry]:
        while len(self._entries) < self.whole[ENTRIES]:
            start = NUMBERS + len(self._entries) * ENTRY
            self._entries.append(Entry(self._area[start:start + ENTRY]))
        return self._entries

    def add_entry(self) -> Optional[Entry]:
        """None if there is no room for another dependency."""
        if self.whole[ENTRIES] == MOST_DEPENDENCIES:
            return None
        self.whole[ENTRIES] += 1
        return self.entries()[-1]


class Workers:
    """This worker's part, and its view of the others. Raises OSError if they cannot share anything. May be used from any thread."""

    def __init__(self, master: int, changed: Callable[[], None]) -> None:
        """`changed` is called, in a thread, when another worker has said something."""
        ticks = process_of(master)[1]
        self.master = master
        self.instance_id = _instance_of(master, ticks)
        self._changed = changed
        self._path = _path_of(master, ticks)
        self._name = os.path.basename(self._path)
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._shared = _open(self._path)
        try:
            with self._exclusively():
                while not _is_there(self._path, self._shared):  # its last worker has left
                    os.close(self._shared)
                    self._shared = _open(self._path)
                    fcntl.lockf(self._shared, fcntl.LOCK_EX, 1, 0)
                memory = memoryview(mmap.mmap(self._shared, HEADER + MOST_WORKERS * SLOT))
                self._whole = memory[:HEADER].cast("Q")
                self._times: Any = memory[:HEADER].cast("d")
                if self._whole[FORMAT] == 0:
                    age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
                    self._times[STARTED], self._times[BEGAN] = time.time() - age, time.monotonic() - age
                    self._whole[FORMAT] = VERSION
                if self._whole[FORMAT] != VERSION:
                    raise OSError(f"{self._path}: of another version of the package")
                self._slots = [Slot(memory[start:start + SLOT])
                               for start in range(HEADER, HEADER + MOST_WORKERS * SLOT, SLOT)]
                self._own = self._take_slot()
        except BaseException:
            os.close(self._shared)
            raise
        self.own = self._slots[self._own]
        self.gauges = self.own.whole
        self._bell = self._hang_up_bell()
        self._has_left = False
        self._thread: Optional[threading.Thread] = None
        self._merged: Tuple[Tuple[Tuple[int, int], ...], Json] = ((), {})

    def start(self) -> None:
        self._thread = threading.Thread(target=self._watch, name="hephaestus-workers", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """After leave(), before Python ends: a thread that wakes meanwhile may crash it."""
        if self._thread is not None:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ringer, contextlib.suppress(OSError):
                ringer.sendto(b".", self._address(self._own))
            self._thread.join(POLL)

    # One identity

    @property
    def started_at(self) -> float:
        """Unix time."""
        return float(self._times[STARTED])

    @property
    def began(self) -> float:
        """Monotonic seconds."""
        return float(self._times[BEGAN])

    def may_look_for_changes(self) -> bool:
        """True for the first worker that asks: it looks, and says what it found."""
        with self._exclusively():
            is_first = self._whole[DIRTY] == 0
            self._whole[DIRTY] = max(1, self._whole[DIRTY])
            return is_first

    def say_dirty(self, dirty: Optional[bool]) -> None:
        self._whole[DIRTY] = DIRTY_STATES.index(dirty) + 2

    def dirty(self) -> Optional[bool]:
        """What that worker has found; waits for it, as long as git may take."""
        deadline = time.monotonic() + GIT_TIMEOUT + 1.0
        while self._whole[DIRTY] < 2 and time.monotonic() < deadline and not self._has_left:
            time.sleep(IMPORT_LOOK)
        return DIRTY_STATES[self._whole[DIRTY] - 2] if self._whole[DIRTY] >= 2 else None

    # One count

    def running(self) -> List[Slot]:
        """Those of the workers that run, this one included."""
        return [slot for index, slot in self._used() if self._is_held(index)]

    def pids(self) -> List[int]:
        return [int(slot.whole[PID]) for slot in self.running()]

    @property
    def serving(self) -> int:
        """How many workers have begun to serve."""
        return sum(bool(slot.whole[IS_SERVING]) for slot in self.running())

    def in_flight(self) -> int:
        return sum(int(slot.whole[IN_FLIGHT]) for slot in self.running())

    def tasks(self) -> int:
        return sum(int(slot.whole[TASKS]) for slot in self.running())

    def entry_of(self, name: str) -> Tuple[Optional[Entry], Optional[Count]]:
        """This worker's entry of a dependency, and what the worker that had the slot before it counted there."""
        with self._lock:
            for entry in self.own.entries():
                known = entry.read()
                if known is not None and known[4].get("name") == name:
                    return entry, known
            return self.own.add_entry(), None

    def dependencies(self) -> Dict[str, Tuple[bool, Tally]]:
        """Of all workers, by name: whether it is used, and what they counted together."""
        found: Dict[str, List[Count]] = {}
        for _, slot in self._used():
            for entry in slot.entries():
                count = entry.read()
                if count is not None and "name" in count[4]:
                    found.setdefault(count[4]["name"], []).append(count)
        return {name: _together(counts) for name, counts in found.items()}

    def refusals(self) -> Dict[str, int]:
        total: Dict[str, int] = {}
        for _, slot in self._used():
            for code, count in json.loads(slot.refusals.read() or b"{}").items():
                total[code] = total.get(code, 0) + count
        return total

    def own_refusals(self) -> Dict[str, int]:
        """Of this worker, and of the one that had its slot before."""
        counts: Dict[str, int] = json.loads(self.own.refusals.read() or b"{}")
        return counts

    def say_refusals(self, counts: Dict[str, int]) -> None:
        with self._lock:
            text = as_text(counts).encode()
            if len(text) <= self.own.refusals.room:
                self.own.refusals.write(text)

    # One verdict

    def say_verdict(self, verdict: Json, began: Optional[float]) -> None:
        """`began`, in monotonic seconds: when that comparison did."""
        text = as_text(verdict).encode("utf-8", "replace")
        if len(text) > self.own.verdict.room:
            text = as_text({**verdict, "changed": [], "more": len(verdict["changed"]) + verdict.get("more", 0)}).encode("utf-8", "replace")
        if text != self.own.verdict.read():
            self.own.verdict.write(text)
        self.own.times[COMPARED] = began or 0.0

    def verdict(self) -> Tuple[Json, Optional[float]]:
        """Of all workers that run, and when the comparison began that is the oldest of theirs."""
        slots = self.running()
        versions = tuple((int(slot.whole[PID]), slot.verdict.version) for slot in slots)
        if versions != self._merged[0]:
            texts = [slot.verdict.read() for slot in slots]
            self._merged = (versions, merged([json.loads(text) if text else NOT_COMPARED for text in texts]))
        return self._merged[1], min((slot.times[COMPARED] for slot in slots), default=0.0) or None

    def ask_for_comparison(self) -> None:
        """Every worker begins one."""
        self._times[COMPARE_AFTER] = time.monotonic()
        self._ring()

    def comparison_asked_for(self) -> float:
        """When, in monotonic seconds."""
        return float(self._times[COMPARE_AFTER])

    # One shutdown

    def ask(self, mode: str, delay: float = 0.0) -> None:
        """All workers shut down, or with an empty mode take a scheduled shutdown back. `delay`: of a scheduled one, in seconds."""
        with self._exclusively():
            before = MODES[self._whole[MODE]]
            if before not in ("", "scheduled") or (before and mode == "scheduled"):
                return
            self._times[NOTICE_END] = time.monotonic() + delay
            if not before:
                self._whole[SHUTDOWN_ID] = int.from_bytes(os.urandom(8), "little")
            self._whole[MODE] = MODES.index(mode)
            self._whole[REVISION] += 1
        self._ring()

    def may_end_master(self) -> bool:
        """True for the first worker that asks: hypercorn's master hangs if another signal comes while it handles one."""
        with self._exclusively():
            is_first = self._whole[IS_MASTER_TOLD] == 0
            self._whole[IS_MASTER_TOLD] = 1
            return is_first

    def take_handover(self) -> bool:
        """False if another worker has begun a restart in place. A worker that dies gives it back."""
        try:
            fcntl.lockf(self._shared, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, HANDOVER)
        except OSError:
            return False
        return True

    def give_handover_back(self) -> None:
        fcntl.lockf(self._shared, fcntl.LOCK_UN, 1, HANDOVER)

    def is_handover_taken(self) -> bool:
        """By another worker."""
        return _is_locked(self._shared, HANDOVER, 1)

    @property
    def asked(self) -> Tuple[str, float, int]:
        """The mode, empty if there is none; the monotonic end of a scheduled shutdown's notice; and a number, another for each change."""
        return MODES[self._whole[MODE]], self._times[NOTICE_END], int(self._whole[REVISION])

    @property
    def shutdown_id(self) -> str:
        return f"{self._whole[SHUTDOWN_ID]:016x}"

    def say_result(self, result: Json) -> None:
        """This worker has ended its part."""
        text = as_text(result).encode("utf-8", "replace")
        if len(text) > self.own.result.room:
            text = as_text({**result, "steps": [step for step in result["steps"] if step["outcome"] != "ok"][:MOST_DEPENDENCIES]}).encode()
        self.own.result.write(text[:self.own.result.room])
        self.gauges[IS_STOPPED] = 1
        self._ring()

    def results(self, deadline: float) -> List[Tuple[int, Json]]:
        """Of all workers, by pid, when each has ended its part, or is gone, or at the monotonic `deadline`. One that is late has an empty
        result."""
        while time.monotonic() < deadline and not all(slot.whole[IS_STOPPED] for slot in self.running()):
            time.sleep(0.01)
        return [(int(slot.whole[PID]), json.loads(slot.result.read() or b"{}") if slot.whole[IS_STOPPED] else {})
                for index, slot in self._used() if slot.whole[IS_STOPPED] or self._is_held(index)]

    def leave(self, is_last: bool) -> None:
        """This worker ends. `is_last`: no worker follows it, and the file goes with the last one."""
        with self._lock:
            if self._has_left:
                return
            self._has_left = True
        with contextlib.suppress(OSError):
            with self._exclusively():
                self.gauges[IN_FLIGHT] = self.gauges[TASKS] = self.gauges[IS_SERVING] = 0
                fcntl.lockf(self._shared, fcntl.LOCK_UN, 1, HEADER + self._own * SLOT)
                others = any(self._is_held(index) for index, _ in self._used() if index != self._own)
                if is_last and not others:
                    os.unlink(self._path)

    # How

    def _used(self) -> Iterator[Tuple[int, Slot]]:
        return enumerate(self._slots[:self._whole[USED_SLOTS]])

    def _take_slot(self) -> int:
        for index in range(MOST_WORKERS):
            start = HEADER + index * SLOT
            try:
                fcntl.lockf(self._shared, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, start)
            except OSError:
                continue
            os.posix_fallocate(self._shared, start, SLOT)  # memory that is not there later would kill the process
            whole = self._slots[index].whole
            for number in (IN_FLIGHT, TASKS, IS_STOPPED, COMPARED, IS_SERVING):
                whole[number] = 0
            whole[PID] = os.getpid()
            self._slots[index].verdict.write(b"")
            self._slots[index].result.write(b"")
            self._whole[USED_SLOTS] = max(self._whole[USED_SLOTS], index + 1)
            return index
        raise OSError(f"{self._path}: more than {MOST_WORKERS} workers")

    def _is_held(self, index: int) -> bool:
        if index == self._own:
            return True
        return _is_locked(self._shared, HEADER + index * SLOT, 1)

    @contextlib.contextmanager
    def _exclusively(self) -> Iterator[None]:
        """No other worker joins, leaves or asks meanwhile."""
        with self._turn:
            fcntl.lockf(self._shared, fcntl.LOCK_EX, 1, 0)
            try:
                yield
            finally:
                fcntl.lockf(self._shared, fcntl.LOCK_UN, 1, 0)

    def _address(self, index: int) -> str:
        return f"\0{self._name}-{index}"

    def _hang_up_bell(self) -> socket.socket:
        """Who rings it says no more than: look. So anybody may."""
        bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            bell.bind(self._address(self._own))
            bell.settimeout(POLL)
        except OSError:
            bell.settimeout(POLL_WITHOUT_BELL)
        return bell

    def _ring(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ringer:
            ringer.setblocking(False)
            for index, _ in self._used():
                if index != self._own:
                    with contextlib.suppress(OSError):
                        ringer.sendto(b".", self._address(index))

    def _watch(self) -> None:
        while _is_importing():  # the program may still fail
            time.sleep(IMPORT_LOOK)
        self.gauges[IS_SERVING] = 1
        while not self._has_left:
            with contextlib.suppress(OSError):
                self._bell.recv(16)
            self._changed()
            time.sleep(BETWEEN_LOOKS)  # whoever rings on and on


def _is_locked(descriptor: int, start: int, length: int) -> bool:
    """By another process. `length` 0: to the end of the file."""
    asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, start, length, 0)
    return bool(struct.unpack(_FLOCK, fcntl.fcntl(descriptor, fcntl.F_GETLK, asked))[0] != fcntl.F_UNLCK)


def _together(counts: List[Count]) -> Tuple[bool, Tally]:
    """The error is that of the last failure, unless a success came later; the details are those of whoever called last."""
    failed = max(counts, key=lambda each: each[3] or 0.0)
    newest = max(counts, key=lambda each: max(each[2] or 0.0, each[3] or 0.0))
    last_success, last_failure = max(each[2] or 0.0 for each in counts), failed[3] or 0.0
    error = (failed[4]["error"] or "failed") if last_failure > last_success else None
    return any(each[4]["enabled"] for each in counts), (
        sum(each[0] for each in counts), sum(each[1] for each in counts), last_success or None, last_failure or None, error,
        newest[4]["details"])


def _is_importing() -> bool:
    return any(getattr(getattr(module, "__spec__", None), "_initializing", False) for module in list(sys.modules.values()))


def serving_under(master: int) -> int:
    """How many workers of another master, of the same user, have begun to serve."""
    try:
        descriptor = _open_own(_path_of(master, process_of(master)[1]), os.O_RDONLY)
    except OSError:  # not there yet
        return 0
    try:
        memory = memoryview(mmap.mmap(descriptor, HEADER + MOST_WORKERS * SLOT, prot=mmap.PROT_READ))
    except (OSError, ValueError):  # empty still
        return 0
    finally:
        os.close(descriptor)
    used = min(memory[:HEADER].cast("Q")[USED_SLOTS], MOST_WORKERS)
    return sum(bool(Slot(memory[start:start + SLOT]).whole[IS_SERVING]) for start in range(HEADER, HEADER + used * SLOT, SLOT))


def _path_of(master: int, ticks: int) -> str:
    return os.path.join(_directory(), f"hephaestus-workers-{os.geteuid()}-{master}-{ticks}")


def _directory() -> str:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else tempfile.gettempdir()


def _instance_of(pid: int, ticks: int) -> str:
    """The same in all workers: one that shares nothing has it, too."""
    with open("/proc/sys/kernel/random/boot_id", "rb") as boot:
        return blake2b(b"%s %d %d %s" % (boot.read(), pid, ticks, image_of(pid)), digest_size=16).hexdigest()


def _open(path: str) -> int:
    """A file that this user alone has; it has its full size, of which little is in memory."""
    _sweep(os.path.dirname(path))
    descriptor = _open_own(path, os.O_RDWR | os.O_CREAT)
    try:
        os.ftruncate(descriptor, HEADER + MOST_WORKERS * SLOT)
        os.posix_fallocate(descriptor, 0, HEADER)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _open_own(path: str, flags: int) -> int:
    """Everybody may make files in that directory: it must be this user's, and have no other name, by which it would be another file of his."""
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077 or status.st_nlink > 1:
        os.close(descriptor)
        raise OSError(f"{path}: belongs to somebody else")
    return descriptor


def _is_there(path: str, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _sweep(directory: str) -> None:
    """Removes what workers left that were killed together with their master."""
    for name in os.listdir(directory):
        match = re.fullmatch(rf"hephaestus-workers-{os.geteuid()}-([0-9]+)-([0-9]+)", name)
        if match is None:
            continue
        try:
            if process_of(int(match[1]))[1] == int(match[2]):
                continue
        except OSError:
            pass
        with contextlib.suppress(OSError):
            if not _is_in_use(os.path.join(directory, name)):
                os.unlink(os.path.join(directory, name))


def _is_in_use(path: str) -> bool:
    """By workers of another container, whose processes cannot be seen."""
    descriptor = _open_own(path, os.O_RDONLY)
    try:
        return _is_locked(descriptor, 0, 0)
    finally:
        os.close(descriptor)


def merged(verdicts: List[Json]) -> Json:
    """One verdict of several processes: stale if one of them is, and known if it is known of each."""
    found = {each["verdict"] for each in verdicts}
    changed: Dict[Tuple[str, str, str], Json] = {}
    for verdict in verdicts:
        for change in verdict["changed"]:
            known = changed.setdefault((change["path"], change["kind"], change["change"]), {**change, "pids": []})
            known["pids"] = sorted({*known["pids"], *change.get("pids", ())})
    body: Json = {"verdict": "stale" if "stale" in found else "fresh" if found == {"fresh"} else "unknown",
                  "changed": [change if change["pids"] else {name: change[name] for name in change if name != "pids"}
                              for change in changed.values()]}
    more = max((each.get("more", 0) for each in verdicts), default=0)
    reasons = sorted({reason for each in verdicts for reason in each.get("reasons", ())})
    coverage: Dict[str, int] = {}
    for each in verdicts:
        for kind, count in each.get("coverage", {}).items():
            coverage[kind] = coverage.get(kind, 0) + count if kind == "processes" else max(coverage.get(kind, 0), count)
    return {**body, **({"more": more} if more else {}), **({"reasons": reasons} if reasons else {}),
            **({"coverage": coverage} if coverage else {})}
