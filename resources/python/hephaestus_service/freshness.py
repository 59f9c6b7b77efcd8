# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether this process and its children run the code that is on disk: by contents, with the rules of `hephaestus run --python`."""
from __future__ import annotations

import json
import marshal
import os
import sys
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from hashlib import blake2b
from importlib.util import cache_from_source
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Set, Tuple

from .encoding import as_text
from .mapped import Identity, Mapped, descendants_of, mapped_files, program_of
from .patterns import Glob, expand
from .report import BEGAN, TICK, Held, Loaded, Process, Report, Stamp, begin, image_of, is_running, process_of, start_of

Json = Dict[str, Any]
GLANCE = 0.25  # seconds between two looks at the stamps of the program's own files
PERIOD = 1.0  # seconds between two comparisons of everything,
SHARE = 0.003  # of a core, that these may take
HASH_SHARE = 0.4  # of a core, for reading what was loaded
CONFIRM, CONFIRM_GONE = 0.2, 0.4  # seconds a change must last: editors save by renaming
PASSING = 5.0  # seconds: a younger child may be a command that is soon over
LONGEST_REPORT = 10  # tenths of a second that a process may have loaded something without having reported it
TIME_TO_REPORT = 2.0  # seconds a Python may take until it reports
BIGGEST = 64 << 20  # bytes; bigger files go by size, inode and modification time
MOST_CHANGES, MOST_TEXT = 100, 16 << 10
RECENT = 50_000_000  # nanoseconds within which a file may change twice and have the same stamp
LOCK_FILES = ("poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "requirements.txt", "package-lock.json", "yarn.lock", "pnpm-lock.yaml",
              "bun.lock", "Cargo.lock", "go.sum", "Gemfile.lock", "composer.lock", "conan.lock")
INTERPRETERS = (b"node", b"deno", b"bun", b"perl", b"ruby", b"php", b"java", b"bash", b"dash", b"sh", b"zsh")
END_TIMEOUT = 1.0  # seconds
UNSURE = ("unverified", "unreadable")


@dataclass(eq=False)
class File:
    """One state of a file that was loaded."""

    path: bytes
    kind: str
    stamp: Optional[Stamp]  # when it was loaded; None: not known
    digest: Optional[bytes] = None  # of what was loaded; None: not read yet, or never known
    is_doubtful: bool = False  # what was loaded may have been another state
    loaded_at: int = 0  # nanoseconds since the epoch
    equal: Optional[Stamp] = None  # a state on disk that is known to have the same contents
    other: Optional[Tuple[Stamp, bytes]] = None  # a state on disk, and what it has
    change: str = ""  # found last


@dataclass
class Verdict:
    verdict: str = "unknown"
    changed: List[Tuple[File, List[int]]] = field(default_factory=list)
    reasons: List[str] = field(default_factory=lambda: ["it was not compared yet"])
    coverage: Dict[str, int] = field(default_factory=dict)
    began: Optional[float] = None  # monotonic

    def changes(self) -> Set[Tuple[bytes, str]]:
        return {(file.path, file.change) for file, _ in self.changed}


def stamp_of(path: bytes) -> Stamp:
    status = os.stat(path)
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def digest_of(path: bytes, stamp: Stamp) -> Optional[bytes]:
    """Of the file's contents; None if it is not in the state `stamp`, or not any more."""
    if stamp[2] > BIGGEST:
        return b"%d %d %d" % (stamp[2], stamp[1], stamp[3])
    digest = blake2b(digest_size=20)
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK | os.O_NOCTTY)) as file:
        while True:
            part = file.read(1 << 20)
            if not part:
                break
            digest.update(part)
        status = os.fstat(file.fileno())
    if (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns) != stamp:
        return None
    return digest.digest()


def is_settled(stamp: Stamp) -> bool:
    """False: it changed so recently that another change may leave the same stamp."""
    return stamp[4] < time.time_ns() - RECENT


class Family:
    """The process, its children, and what each of them has loaded. Belongs to the thread that looks."""

    def __init__(self, report: Report) -> None:
        self.reasons: List[str] = []
        self.files: Dict[File, Set[int]] = {}  # and the processes that hold them; replaced by each look, never changed
        self.processes = 0
        self._report = report
        self._found: Dict[File, Set[int]] = {}  # by the look that is under way
        self._modules: Dict[Loaded, File] = {}
        self._noted: Dict[Process, Tuple[Held, int, List[File]]] = {}  # the modules of a process, and of what, and of which revision
        self._mapped: Dict[Process, Dict[Identity, File]] = {}
        self._last_look = BEGAN
        self._lock_files = [_as_lock_file(os.fsencode(path)) for path in (os.path.abspath(name) for name in LOCK_FILES) if os.path.isfile(path)]

    @property
    def has_news(self) -> bool:
        return self._report.has_more

    def look(self) -> None:
        now = time.time_ns() - TICK
        self.reasons, self._found = [], {file: set() for file in self._lock_files}
        for _ in range(LONGEST_REPORT):
            self._report.read()
            self._report.forget_ended()
            if not any(held.is_loading for held in self._report.held.values()):
                break
            time.sleep(0.1)  # they tell it in a moment
        if not self._report.is_intact:
            self.reasons.append("the program has closed its descriptors: what it has imported since is not known")
        mapped, self._mapped = self._mapped, {}
        self.processes = 0
        for pid, parent in [(os.getpid(), 0), *descendants_of(os.getpid())]:
            try:
                process = process_of(pid)
                if is_running(pid):
                    self._look_at(process, parent, mapped.get(process))
            except OSError:
                continue  # it has ended meanwhile
        self._last_look = now
        self.files = self._found
        ended = self._noted.keys() - self._report.held.keys()
        for process in ended:
            del self._noted[process]
        if ended:
            self._forget_modules()

    def _look_at(self, process: Process, parent: int, mapped: Optional[Dict[Identity, File]]) -> None:
        pid, is_own = process[0], process[0] == os.getpid()
        program = os.path.basename(program_of(pid))
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - process[1] / os.sysconf("SC_CLK_TCK")
        self._note_modules(process, parent, program, age)
        if not is_own and age < PASSING:
            return
        self.processes += 1
        since = self._last_look
        if mapped is None:  # what was forked from this program shares what that had mapped
            held = self._report.held.get(process)
            mapped, since = {}, BEGAN if is_own or held and held.image == image_of(os.getpid()) else start_of(pid)
        found: Dict[Identity, File] = {}
        executable = program_of(pid)
        for identity, each in mapped_files(pid).items():
            file = mapped.get(identity) or _as_file(pid, each, executable, since)
            found[identity] = file
            self._found.setdefault(file, set()).add(pid)
        self._mapped[process] = found

    def _note_modules(self, process: Process, parent: int, program: bytes, age: float) -> None:
        pid = process[0]
        held = self._report.held
        if process not in held and parent:  # forked by other means than Python's
            try:
                theirs = process_of(parent)
                if theirs in held and held[theirs].image and held[theirs].image == image_of(pid):
                    self._report.inherit(process, theirs)
            except OSError:
                pass
        if process not in held:
            shown = f"process {pid} ({program.decode('utf-8', 'replace')})"
            if program.startswith((b"python", b"pypy")):
                if age >= TIME_TO_REPORT:
                    self.reasons.append(shown + " runs without the Python adapter: what it imported is not known")
            elif program in INTERPRETERS and age >= PASSING:
                self.reasons.append(shown + " does not tell which files it has loaded")
            return
        if held[process].is_loading:
            self.reasons.append(f"process {pid} is still loading modules")
        for file in self._modules_of(process, held[process]):
            self._found.setdefault(file, set()).add(pid)

    def _modules_of(self, process: Process, held: Held) -> List[File]:
        """One object for one state of a file, whoever holds it. Most looks find what the one before found."""
        noted = self._noted.get(process)
        if noted is not None and noted[0] is held and noted[1] == held.revision:
            return noted[2]
        files: List[File] = []
        for states in held.files.values():
            for loaded in states:
                file = self._modules.get(loaded)
                if file is None:
                    file = File(loaded.path, "source", loaded.stamp, loaded.digest, loaded.is_doubtful, loaded.at)
                    self._modules[loaded] = file
                files.append(file)
        self._noted[process] = held, held.revision, files
        self._forget_modules()
        return files

    def _forget_modules(self) -> None:
        """Those that no process holds any more."""
        held = {file for _, _, files in self._noted.values() for file in files}
        self._modules = {loaded: file for loaded, file in self._modules.items() if file in held}


class Watch:
    """Files that patterns name, as they were at the first look. Belongs to the thread that looks."""

    def __init__(self, patterns: Sequence[str]) -> None:
        directory = os.getcwdb()
        self._globs = {pattern: [Glob(directory, each) for each in expand(os.fsencode(pattern))] for pattern in patterns}
        self._files: Optional[Dict[bytes, File]] = None
        self._unmatched: List[str] = []

    def look(self, modules: Set[bytes]) -> Tuple[List[File], List[str]]:
        """Those that count, with `change` where that is known already; and what cannot be known. What a process has loaded (`modules`)
        counts by what was loaded."""
        found: Set[bytes] = set()
        reasons: List[str] = []
        for pattern, globs in self._globs.items():
            try:
                matching = {path for glob in globs for path in glob.files()}
            except OSError as problem:
                reasons.append(f"{pattern}: {problem.strerror}: {os.fsdecode(problem.filename)}")
                continue
            if self._files is None and not matching:
                self._unmatched.append(pattern)
            found |= matching
        if self._files is None:
            self._files = {path: file for path in found for file in _as_watched(path)}
        added = [File(path, "source", None, change="added") for path in sorted(found - self._files.keys()) if path not in modules]
        return [file for path, file in self._files.items() if path not in modules] + added, \
            reasons + [f"no file matches the pattern {pattern}" for pattern in self._unmatched]


def _as_watched(path: bytes) -> List[File]:
    try:
        stamp = stamp_of(path)
    except OSError:
        return []  # gone again
    return [File(path, "source", stamp, is_doubtful=stamp[4] >= BEGAN)]


def _as_lock_file(path: bytes) -> File:
    stamp = stamp_of(path)
    return File(path, "lock_file", stamp, is_doubtful=stamp[4] >= BEGAN)


def _as_file(pid: int, mapped: Mapped, executable: bytes, since: int) -> File:
    """One that was mapped at some time after `since`."""
    kind = "executable" if mapped.path == executable else "library"
    try:
        stamp = stamp_of(mapped.path)
        if stamp[1] == mapped.inode:
            return File(mapped.path, kind, stamp, is_doubtful=stamp[4] >= since)
    except OSError:
        pass
    through = b"/proc/%d/exe" % pid if kind == "executable" else b"/proc/%d/map_files/%s" % (pid, mapped.range.encode())
    try:  # replaced already; the kernel still has it
        stamp = stamp_of(through)
        return File(mapped.path, kind, None, digest_of(through, stamp))
    except OSError:  # which only root may read
        return File(mapped.path, kind, None, is_doubtful=True)


def compare(file: File) -> str:
    """How the file on disk differs from what was loaded: `modified`, `removed`, or `unreadable` or `unverified` where that cannot be
    told; empty: it does not. Reads it if its stamp is new."""
    try:
        stamp = stamp_of(file.path)
        if stamp == file.equal:
            return ""
        if file.is_doubtful and stamp == file.stamp and file.loaded_at:
            file.is_doubtful = not _made_byte_code(file)
            file.loaded_at = 0  # tried once
        if file.is_doubtful:
            return "unverified"
        if file.digest is None and stamp != file.stamp:  # changed before it was read
            return "modified" if file.stamp is not None and stamp[2] != file.stamp[2] else "unverified"
        if file.other is None or file.other[0] != stamp:
            digest = digest_of(file.path, stamp)
            if digest is None:
                return "unverified"  # it changes at this moment
            if file.digest is None:
                file.digest = digest
            file.other = (stamp, digest) if is_settled(stamp) else None
            is_equal = digest == file.digest
        else:
            is_equal = file.other[1] == file.digest
    except (FileNotFoundError, NotADirectoryError):
        return "removed"
    except OSError:
        return "unreadable"
    if is_equal and is_settled(stamp):
        file.equal = stamp
    return "" if is_equal else "modified"


def _made_byte_code(file: File) -> bool:
    """Whether the byte code beside it is what was loaded, and what this source compiles to. Both may have the times of one copy."""
    path = os.fsdecode(file.path)
    if file.stamp is None or file.stamp[4] >= BEGAN:
        return False  # it is doubtful for another reason: a change since we began
    try:
        with open(cache_from_source(path), "rb") as cached:
            if os.fstat(cached.fileno()).st_ctime_ns >= file.loaded_at:
                return False
            code = marshal.loads(cached.read()[16:])
        with open(path, "rb") as source:
            return bool(compile(source.read(), path, "exec", dont_inherit=True) == code)
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, NotImplementedError):
        return False


class _Ending(Exception):
    """The comparison is broken off."""


class Freshness:
    """The verdict, from start() on, by a thread of its own. Its methods may be called from any thread."""

    def __init__(self, path: str, watch: Sequence[str] = ()) -> None:
        self._family = Family(Report(path))
        self._watch = Watch(watch)
        self._watched: List[File] = []
        self._verdict = Verdict()
        self._encoded: Tuple[Optional[Verdict], str] = (None, "")
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._waiting: List[Tuple[float, Future[None]]] = []
        self._is_started = self._is_ending = False
        self._thread: Optional[threading.Thread] = None
        self.compared_now: Callable[[Json, Optional[float]], None] = lambda verdict, began: None  # called with each verdict, in the thread

    def start(self) -> None:
        with self._lock:
            if self._is_started:
                return
            self._is_started = True
        self._thread = threading.Thread(target=self._run, name="hephaestus-code", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Before Python ends: a thread that wakes meanwhile may crash it."""
        self._is_ending = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(END_TIMEOUT)

    @property
    def found(self) -> Verdict:
        """By the last comparison; another object after the next one."""
        return self._verdict

    def verdict(self) -> Json:
        """`code` of the detailed body."""
        body: Json = json.loads(self.encoded())
        return body

    def encoded(self) -> str:
        """The same as JSON."""
        found = self._verdict
        if self._encoded[0] is not found:
            self._encoded = (found, as_text(_lasting(found))[:-1])
        return self._encoded[1] + checked(found.began)

    def loaded(self, paths: Iterable[bytes]) -> List[Json]:
        """Of each absolute path: whether a process has loaded that file."""
        kinds = {file.path: file.kind for file in [*self._watched, *self._family.files]}
        found: List[Json] = []
        for path in paths:
            kind = kinds.get(path) or kinds.get(os.path.realpath(path))
            found.append({"path": os.fsdecode(path), "loaded": kind is not None, **({"kind": kind} if kind else {})})
        return found

    def compared(self, longest: float) -> Future[None]:
        """Done when a comparison that began later has ended, or after so many seconds."""
        done: Future[None] = Future()
        with self._lock:
            self._waiting.append((time.monotonic(), done))
        timer = threading.Timer(longest, _resolve, (done,))
        timer.daemon = True
        timer.start()
        done.add_done_callback(lambda _: timer.cancel())
        self._wake.set()
        return done

    def _run(self) -> None:
        while not self._is_ending:
            began, used = time.monotonic(), time.thread_time()
            try:
                self._look()
            except _Ending:
                return
            rest = max(PERIOD, (time.thread_time() - used) / SHARE)
            self._rest(min(rest, 60.0) - (time.monotonic() - began))

    def _rest(self, seconds: float) -> None:
        """Until the next comparison; that is due sooner when something of the program's own changed."""
        end = time.monotonic() + max(seconds, GLANCE)
        libraries = tuple(os.fsencode(os.path.join(os.path.realpath(each), "")) for each in {sys.prefix, sys.base_prefix})
        own = [file for file in self._family.files if file.kind != "executable" and not file.path.startswith(libraries)]
        own = [file for file in own + self._watched if not file.change]
        while time.monotonic() < end:
            if self._wake.wait(min(GLANCE, max(0.0, end - time.monotonic()))):
                self._wake.clear()
                return
            if self._family.has_news or any(_differs(file) for file in own):
                return

    def _look(self) -> None:
        found = self._compare()
        new = found.changes() - self._verdict.changes()
        if new:  # believed when it lasts
            time.sleep(CONFIRM_GONE if any(change in ("removed", "added") for _, change in new) else CONFIRM)
            found = self._compare()
        self._verdict = found
        self.compared_now(_lasting(found), found.began)
        with self._lock:
            ready = [done for asked, done in self._waiting if found.began is not None and asked <= found.began]
            self._waiting = [each for each in self._waiting if each[1] not in ready and not each[1].done()]
            if self._waiting:
                self._wake.set()
        for done in ready:
            _resolve(done)

    def _compare(self) -> Verdict:
        began = time.monotonic()
        self._family.look()
        changed: List[Tuple[File, List[int]]] = []
        modules = {file.path for file in self._family.files}
        self._watched, gaps = self._watch.look(modules)
        nobody: Set[int] = set()
        for file, pids in [*self._family.files.items(), *((file, nobody) for file in self._watched)]:
            if self._is_ending:
                raise _Ending
            if file.change != "added":
                if not _differs(file):
                    file.change = ""
                    continue
                used = time.thread_time()
                file.change = compare(file)
                used = time.thread_time() - used
                if used > 0.0005:
                    time.sleep(used * (1 / HASH_SHARE - 1))
            if file.change:
                changed.append((file, sorted(pids)))
        kinds = [file.kind for file in self._family.files]
        coverage = {"processes": self._family.processes, "executable": kinds.count("executable"), "libraries": kinds.count("library"),
                    "modules": kinds.count("source"), "watched": len(self._watched), "configuration": kinds.count("lock_file"),
                    "polled_directories": 0}
        reasons = sorted(self._family.reasons + gaps)
        unsure = [file for file, _ in changed if file.change in UNSURE]
        if unsure:
            more = f" (and {len(unsure) - 1} more)" if len(unsure) > 1 else ""
            what = "which state of it was loaded" if unsure[0].change == "unverified" else "what it has now"
            reasons.append(f"{os.fsdecode(unsure[0].path)}{more}: it cannot be told {what}")
        is_stale = any(file.change not in UNSURE for file, _ in changed)
        verdict = "stale" if is_stale else "unknown" if reasons else "fresh"
        changed.sort(key=lambda each: (each[0].change in UNSURE, each[0].path))
        return Verdict(verdict, changed, reasons, coverage, began)


def checked(began: Optional[float]) -> str:
    """The end of `code` as JSON: how long ago that comparison began."""
    return ',"checked_seconds":%s}' % ("-1" if began is None else "%.3f" % (time.monotonic() - began))


def _lasting(found: Verdict) -> Json:
    """All of `code` but how long ago it was compared."""
    body: Json = {"verdict": found.verdict, "changed": []}
    room = MOST_TEXT
    for file, pids in found.changed[:MOST_CHANGES]:
        change: Json = {"path": os.fsdecode(file.path), "kind": file.kind, "change": file.change}
        if pids:
            change["pids"] = pids
        room -= len(file.path)
        if room < 0:
            break
        body["changed"].append(change)
    more = len(found.changed) - len(body["changed"])
    if more:
        body["more"] = more
    if found.reasons:
        body["reasons"] = found.reasons
    if found.coverage:
        body["coverage"] = found.coverage
    return body


def _differs(file: File) -> bool:
    try:
        return stamp_of(file.path) != file.equal
    except OSError:
        return True


def _resolve(done: Future[None]) -> None:
    try:
        done.set_result(None)
    except Exception:  # noqa: BLE001: it was resolved meanwhile
        pass


def freshness(watch: Sequence[str] = ()) -> Optional[Freshness]:
    """Of this process; None where Python or the system cannot tell. What is loaded is noted from now on. `watch`: patterns of other files,
    relative to the directory now."""
    path = begin()
    return Freshness(path, watch) if path is not None else None
