# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports the files that this Python program loads, as it loads them.

Either sitecustomize.py beside it begins: put their directory first in PYTHONPATH and name a file (or, as a number, an open
descriptor) in HEPHAESTUS_MODULES. `hephaestus run --python` does both. Or a program that has the package hephaestus_service calls begin().
Standard library only, Python 3.8 or later.

Lines that are appended:

    began PID TICKET IMAGE
    loaded PID TICKET TIME DEVICE INODE SIZE MODIFIED CHANGED PATH [HASH]
    cached PID TICKET TIME DEVICE INODE SIZE MODIFIED CHANGED PATH
    settled PID TICKET PATH
    loading PID TICKET NUMBER
    imported PID TICKET NUMBER SINCE TIME [STAMPS PATH CACHED PATH CACHED …]
    unexplained PID TICKET NAME
    forked PID TICKET PARENT PARENT_TICKET

TICKET is the process' start in clock ticks since boot (field 22 of /proc/PID/stat); IMAGE names the program that it runs (fields 26 and 28),
another one after exec. TIME, MODIFIED and CHANGED are nanoseconds since the epoch. In PATH every byte but printable ASCII, and `%`, is
written %XX. The stamp is taken before the file is read, so that a file which changes while it is loaded shows as changed. HASH is of the
bytes that were read (BLAKE2b, 160 bits), where the file was written so shortly before that its times prove nothing. `cached`: the byte code
that was loaded may have been made of another source. What was loaded from PATH before counts on until `settled`: a reload may fail. A forked
process has loaded what its parent had. A line is one write(2) in append mode, so that processes share the file.

Modules that came from byte code are reported together, by a thread that lives while there are any: importing must not become slower.
From `loading` on there are some that no line names yet. `imported` names them, and ends every `loading` up to its NUMBER. They were loaded
between SINCE and TIME. STAMPS are in hexadecimal: DEVICE INODE SIZE MODIFIED CHANGED of each, 8 bytes with the lowest first. CACHED is the
byte code's file. Whoever reads this compares its times with those of the source: byte code older than the last change of PATH is as in `cached`.
The upper 32 bits of NUMBER say which interpreter of the process it is: each writes `began`, and counts by itself.

Beside what importlib reads, an audit hook sees what is executed by other means: exec() of a file's text, runpy, loaders of one's own. Code
that was neither compiled here nor read by importlib is compared with what its file compiles to: if that is another, it is `cached`. It is
`unexplained` if no file has its name.

hephaestus_audit.cpp does in machine code what is done for each import, and at the start. It loads this for what is rare, by attach().

Whatever goes wrong in here, the program goes on as if it were not here.
"""

import _imp
import os
import sys
import time
from _operator import attrgetter
from _thread import allocate_lock, get_ident, start_new_thread  # as they are now: others replace them

VARIABLE = "HEPHAESTUS_MODULES"

_installed = False
_batches = None
_PLAIN = bytes(byte for byte in range(0x21, 0x7F) if byte != 0x25)


# Read by their engines, which look for changes themselves.
_TEMPLATES = (".html", ".htm", ".xml", ".txt", ".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".mako", ".mak", ".sql", ".css", ".svg")
_LARGEST = 1 << 20  # bytes of a source that is compiled to be compared
_NAMES = 65_536  # of what was compiled: so many are kept
_RECENT = 50_000_000  # nanoseconds: several ticks of the clock of file times
_PAUSE = 0.05  # seconds between two lines of modules
_CHECKED = b"\0\0\0\0"  # flags of byte code that is compared with its source by time,
_COMPARED = b"\3\0\0\0"  # by its bytes; all else is taken as it is


class Reporter:
    """Writes the lines: of each file once for each state of it."""

    def __init__(self, target):
        self._pid = os.getpid()
        self._ticket, image = _identity()
        self._lines = None  # those that are to be written together
        self.known = {}  # by path, the stamp that was reported last; True: of a module that was, or will be, among others
        self._target = target
        self._descriptor = self._open()
        status = os.fstat(self._descriptor)
        self._file = (status.st_dev, status.st_ino)
        self._write("began", (self._pid, self._ticket), image)

    def _open(self):
        if self._target.isdigit():
            return int(self._target)
        return os.open(self._target, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def knows(self, path):
        return path in self.known or os.fsdecode(absolute(path)) in self.known

    def loaded(self, path, status=None, word="loaded", data=None):
        """`path` is about to be executed, as it was at `status` (now, if None); `data`: the bytes that were read. True if another state
        of it was reported before."""
        try:
            path = absolute(path)
            if status is None:
                status = os.stat(path)
            key = os.fsdecode(path)
            before = self.known.get(key)
            stamp = stamp_of(status)
            if before == stamp:
                return False
            now = time.time_ns()
            rest = [encoded(path)]
            if data is not None and word == "loaded" and _latest(status.st_ctime_ns) > now - _RECENT:
                rest.append(_hash(data))
            self._write(word, (self._pid, self._ticket, now) + stamp, *rest)
            self.known[key] = stamp
            return before is not None
        except Exception:  # noqa: BLE001: the program must not notice
            return False

    def loading(self, number):
        self._write("loading", (self._pid, self._ticket, number))

    def imported(self, number, since, modules):
        """`modules`: path, os.stat() or its stamp in bytes, and byte code of each, one after the other."""
        numbers = (self._pid, self._ticket, number, since, time.time_ns())
        if not modules:
            return self._write("imported", numbers)
        states = modules[1::3]
        del modules[1::3]
        self._write("imported", numbers, (b"".join(states) if type(states[0]) is bytes else _packed(states)).hex(), _joined(modules))

    def unexplained(self, name):
        self._write("unexplained", (self._pid, self._ticket), encoded(os.fsencode(name)) or "%00")

    def settled(self, path):
        try:
            self._write("settled", (self._pid, self._ticket), encoded(absolute(path)))
        except Exception:  # noqa: BLE001
            pass

    def forked(self):
        parent = (self._pid, self._ticket)
        self._pid = os.getpid()
        self._ticket, _ = _identity()
        self._write("forked", (self._pid, self._ticket) + parent)

    def _write(self, word, numbers, *rest):
        line = word + " %d" * len(numbers) % numbers + "".join([" " + text for text in rest]) + "\n"
        if self._lines is not None:
            self._lines.append(line)
        else:
            self._send(line)

    def _send(self, text):
        try:
            status = os.fstat(self._descriptor)
            is_ours = (status.st_dev, status.st_ino) == self._file
        except OSError:
            is_ours = False
        if not is_ours:  # a daemon closed all its descriptors, and this one may be something else now
            if self._target.isdigit():
                return
            self._descriptor = self._open()
        os.write(self._descriptor, text.encode("ascii"))

    def together(self, report):
        """Writes what report() tells at once."""
        lines, self._lines = self._lines, []
        try:
            report()
        finally:
            lines, self._lines = self._lines, lines
            if lines:
                self._send("".join(lines))


class Batches:
    """Hands modules to the reporter, many at a time. What is put into `pending` is written by the thread soon, if announce() is called
    then unless `announced` holds something; and by write() at once. Any thread may put something there at any time."""

    MOST = 3 * 256  # in one line

    def __init__(self, reporter):
        self._reporter = reporter
        self.pending = []  # as Reporter.imported() takes them
        self.announced = []  # holds something while what is put into `pending` will be taken from there
        self._is_broken = False
        self._number = (id(self) >> 4 & 0x7FFFFFFF) << 32  # of the last `loading`
        self._ended = self._number  # of the last `imported`
        self._since = 0  # nanoseconds since the epoch; nothing in `pending` was loaded before
        self._reset()

    def _reset(self):
        self._writing = allocate_lock()
        self._writer = None  # the thread that holds it
        self._stop = allocate_lock()
        self._stop.acquire()
        self._stopped = None  # held while the thread runs
        self._runs = False

    def announce(self):
        try:
            self._number += 1
            self.announced.append(True)
            if len(self.pending) <= 3:
                self._since = time.time_ns()
            self._reporter.loading(self._number)
            if not self._runs:
                self._runs = True
                self._stopped = allocate_lock()
                self._stopped.acquire()
                start_new_thread(self._run, (self._stop, self._stopped))
        except Exception:  # noqa: BLE001: no thread can be had
            self._runs = False
            self.write()

    def write(self, seconds=0):
        """Everything that was added before. If another thread is about it, that has so many seconds to end."""
        if self._is_broken or self._writer == get_ident() or not self._writing.acquire(seconds > 0, seconds or -1):
            return
        try:
            self._writer = get_ident()
            while self.pending or self._ended != self._number:
                number, since = self._number, self._since
                del self.announced[:]
                modules = self.pending[: self.MOST]
                del self.pending[: self.MOST]
                if self.pending and self._number == number:  # these were not the first, and announced nothing
                    self._number += 1
                    self._reporter.loading(self._number)
                self._ended = number
                self._reporter.imported(number, since, modules)
        except Exception:  # noqa: BLE001: what was announced is never named, and never taken for all
            self._is_broken = True
        finally:
            self._writer = None
            self._writing.release()

    def _run(self, stop, stopped):
        try:
            while not stop.acquire(True, _PAUSE):
                if self._is_idle():
                    self._runs = False
                    if self._is_idle() or self._runs:  # or another thread was started just now
                        break
                    self._runs = True
                self.write()
        finally:
            stopped.release()

    def _is_idle(self):
        return not self.pending and self._ended == self._number

    def before_fork(self):
        """No thread of ours runs then: a program may count them, and Python warns of them."""
        try:
            if self._runs:
                self._stop.release()
                self._stopped.acquire(True, 1)
                self._reset()
            self.write()
        except Exception:  # noqa: BLE001
            pass

    def after_fork(self):
        try:
            self._reset()
            del self.announced[:]  # by a thread that is not here
            self._reporter.forked()
            self.write()
        except Exception:  # noqa: BLE001
            pass


def absolute(path):
    path = os.fsencode(path)
    return path if path[:1] == b"/" and b"/." not in path and b"//" not in path else os.path.abspath(path)


stamp_of = attrgetter("st_dev", "st_ino", "st_size", "st_mtime_ns", "st_ctime_ns")  # by os.stat()


def _file_clock():
    """What the clock of file times shows (CLOCK_REALTIME_COARSE): a file that is changed after this gets no earlier time."""
    return time.clock_gettime_ns(5)


def _latest(changed):
    """The latest moment at which a file of this time may have been changed: some file systems cut times off, to whole seconds or less."""
    if changed % 1_000_000_000 == 0:
        return changed + 1_999_999_999
    unit = 1
    while changed % (unit * 10) == 0:
        unit *= 10
    return changed + unit - 1


def _packed(states):
    """The stamps of what os.stat() said, as a report has them."""
    from _struct import pack  # not before a module was imported: most of what it costs a Python that does nothing

    return pack("<" + "QQqqq" * len(states), *[field for status in states for field in stamp_of(status)])


class _Stamp:
    """What stamp_of() takes, of such a stamp in bytes."""

    def __init__(self, stamp):
        from _struct import unpack

        self.st_dev, self.st_ino, self.st_size, self.st_mtime_ns, self.st_ctime_ns = unpack("<QQqqq", stamp)


def _joined(paths):
    """What encoded() makes of absolute() of each, with spaces between. Whoever reads them removes `.`, `..` and empty names."""
    try:
        text = " ".join(paths).encode("ascii")
        if text[:1] == b"/" and text.count(b" /") == len(paths) - 1 and text.translate(None, _PLAIN) == b" " * (len(paths) - 1):
            return text.decode()
    except UnicodeEncodeError:
        pass
    return " ".join([encoded(absolute(path)) for path in paths])


def _hash(data):
    from _blake2 import blake2b  # not hashlib, which loads a library

    return blake2b(data, digest_size=20).hexdigest()


def _identity():
    with open("/proc/self/stat", "rb") as status:
        fields = status.read().rpartition(b")")[2].split()
    return int(fields[19]), fields[23].decode() + "." + fields[25].decode()


def encoded(path):
    if not path.translate(None, _PLAIN):
        return path.decode("ascii")
    return "".join(chr(byte) if byte in _PLAIN else "%%%02X" % byte for byte in path)


def _is_text_of(path, source):
    """The file's bytes, if `source` is their text or they are it themselves; else None."""
    with open(path, "rb") as file:
        data = file.read(2 * len(source) + 4)
    if type(source) is str:
        source = source.encode()
    if data == source:
        return data
    for encoding in ("utf-8-sig", "latin-1"):
        try:
            if data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n").encode() == source:
                return data
        except UnicodeError:
            pass
    return None


def _is_byte_code_of(path, source):
    """By its name: `some.cpython-311.pyc` of `some.py`."""
    return os.path.basename(path).startswith(os.path.basename(source)[:-2])


def _executor():
    """The loader that executes a module, if importlib or runpy do; else the frame that executes. None: no code of Python's executes it."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    first = frame
    while frame is not None and (frame.f_code.co_filename[:8] == "<frozen " or frame.f_code.co_filename[-9:] == "/runpy.py"):
        names = frame.f_locals
        if frame.f_code.co_name in ("exec_module", "load_module"):
            return names.get("self")
        if frame.f_code.co_name == "_run_code":
            return getattr(names.get("mod_spec"), "loader", None) or first
        frame = frame.f_back
    return first


def _counts_itself(loader):
    """Whether what this one executes is from a file that is reported as a whole."""
    import _frozen_importlib_external as machinery
    import zipimport

    kinds = machinery.SourcelessFileLoader, zipimport.zipimporter
    return loader is None or isinstance(loader, kinds) and any(
        type(loader).get_code is kind.get_code and type(loader).get_data is kind.get_data for kind in kinds)


def _wrap_loader(loader, name, report):
    """Before the method `name(self, path)` of a loader class reads a file, reports it."""
    original = loader.__dict__.get(name) or getattr(loader, name)

    def wrapper(self, path, *arguments, **named):
        report(path)
        return original(self, path, *arguments, **named)

    wrapper.__name__ = name
    wrapper.__qualname__ = getattr(original, "__qualname__", name)
    wrapper.__doc__ = original.__doc__
    wrapper.__wrapped__ = original
    setattr(loader, name, wrapper)


def _disguise(function, original, neighbour):
    """As one of importlib's functions. `neighbour`: another one of them."""
    # importlib takes its own frames out of a traceback by the name of their file
    function.__code__ = function.__code__.replace(co_filename=neighbour.__code__.co_filename, co_name=original.__name__)
    function.__name__ = original.__name__
    function.__qualname__ = original.__qualname__
    function.__doc__ = original.__doc__
    function.__wrapped__ = original


def _may_be_older(status, cached, flags):
    """Whether byte code may have been made of another source than the one that has `status`. Python takes it if the source's size and whole
    second of modification are the same, or without a look. A source that did not change since the byte code was written is its own."""
    if flags == _COMPARED:
        return _imp.check_hash_based_pycs == "never"
    try:
        byte_code = os.stat(cached)
    except OSError:
        return True
    return flags != _CHECKED or min(byte_code.st_mtime_ns, byte_code.st_ctime_ns) <= status.st_ctime_ns


class _AttachedReporter(Reporter):
    """Writes by hephaestus_audit, which also notes what it has reported in `known`."""

    def __init__(self, native, known):
        self._native = native
        self._lines = None
        self.known = known
        self._identify()
        os.register_at_fork(after_in_child=self._identify)

    def _identify(self):
        self._pid = os.getpid()
        self._ticket, _ = _identity()

    def _send(self, text):
        self._native.send(text)


class _AttachedBatches:
    """As Batches: hephaestus_audit has them."""

    def __init__(self, native):
        self._native = native

    def write(self, seconds=0):
        self._native.flush()


class _Sources:
    """What importlib reads of a source, from its stamp to the execution of its code. Each method costs every import, so each does little."""

    def __init__(self, reporter, batches):
        self._reporter = reporter
        self.batches = batches
        # By path of the source: os.stat() before it was read. Once its byte code was read: the source, os.stat(), the byte code, and the
        # flags of that if they are not _CHECKED (1 made for a hash, 2 to be compared). With hephaestus_audit: a stamp in bytes.
        self.states = {}
        self.texts = {}  # by path: the source that was compiled
        self.foreign = set()  # paths of those that a loader of one's own has read
        self.reloaded = set()  # paths that another state of was loaded before

    def wrap(self, machinery):
        """Replaces what is told by of importlib."""
        loader = machinery.SourceFileLoader
        stat, stat_result, states, reloaded, settle, checked = os.stat, os.stat_result, self.states, self.reloaded, self.settle, _CHECKED
        state_of, open_code, call = self.states.get, machinery._io.open_code, machinery._bootstrap._call_with_frames_removed
        read, execute = loader.get_data, loader.exec_module

        def path_stats(self, path):
            states[path] = status = stat(path)
            return {"mtime": status.st_mtime, "size": status.st_size}

        def note_code(source, path, data):
            status = states.get(source)
            if type(status) is stat_result:
                states[source] = (source, status, path) if data[4:8] == checked else (source, status, path, data[4:8])

        def get_data(self, path):
            data = read(self, path)
            if type(path) is str and path[-4:] == ".pyc":
                note_code(self.path, path, data)
            return data

        def read_code(self, path):  # the same without a further call, where get_data() is known to be no more than this
            with open_code(str(path)) as file:
                data = file.read()
            if type(path) is str and path[-4:] == ".pyc":
                source = self.path
                status = state_of(source)
                if type(status) is stat_result and data[4:8] == checked:
                    states[source] = (source, status, path)
                else:
                    note_code(source, path, data)
            return data

        def exec_module(self, module):
            execute(self, module)
            if reloaded:
                settle(self.path)

        def execute_code(self, module):  # likewise
            code = self.get_code(module.__name__)
            if code is None:
                raise ImportError("cannot load module {!r} when get_code() returns None".format(module.__name__))
            call(exec, code, module.__dict__)
            if reloaded:
                settle(self.path)

        def uses(function, *names):
            return getattr(getattr(function, "__code__", None), "co_names", None) == names

        if uses(read, "isinstance", "SourceLoader", "ExtensionFileLoader", "_io", "open_code", "str", "read", "FileIO"):
            get_data = read_code
        if uses(execute, "get_code", "__name__", "ImportError", "format", "_bootstrap", "_call_with_frames_removed", "exec", "__dict__"):
            exec_module = execute_code
        wrappers = {"source_to_code": self.compiler(loader, loader.source_to_code), "exec_module": exec_module, "path_stats": path_stats,
                    "get_data": get_data}
        for name, wrapper in wrappers.items():
            _disguise(wrapper, getattr(loader, name), loader.get_code)
            setattr(loader, name, wrapper)

    def compiler(self, loader, compile_source):
        """Its source_to_code(), which also notes what is compiled."""
        states, texts, foreign = self.states, self.texts, self.foreign

        def source_to_code(self, data, path, *arguments, **named):
            texts[path] = data
            state = states.get(path)
            is_imported = state is not None  # else it is only compiled, as by py_compile
            if is_imported and type(self) is not loader and type(self).get_data is not loader.get_data:
                foreign.add(path)
            if type(state) is tuple:  # its byte code was not taken
                states[path] = state[1]
            try:
                return compile_source(self, data, path, *arguments, **named)
            except BaseException:
                states.pop(path, None)
                is_imported = False
                raise
            finally:
                if not is_imported:
                    texts.pop(path, None)

        return source_to_code

    def execute(self, path, state):
        """The code of a source begins that is not simply from byte code, or not for the first time. The rest was in `states`."""
        if type(state) is not tuple:
            return self._execute(path, state)
        _, status, byte_code, *rest = state
        self._execute(path, status, byte_code, rest[0] if rest else _CHECKED)

    def execute_stamped(self, path, stamp, byte_code):
        """The same, by hephaestus_audit. `byte_code`: None if this thread has read another one since."""
        flags = None
        if path not in self.texts:
            try:
                byte_code = byte_code or _cached(path)
                flags = _head_of(byte_code)[4:8]
            except Exception:  # noqa: BLE001: it is gone, so nothing is known of it
                byte_code = ""
        self._execute(path, _Stamp(stamp), byte_code, flags)

    def _execute(self, path, status, byte_code=None, flags=None):
        text = self.texts.pop(path, None)
        try:
            is_older = text is None and byte_code is not None and _may_be_older(status, byte_code, flags)
            data = text if isinstance(text, bytes) else None
            if path in self.foreign:
                self.foreign.discard(path)
                is_older = not _is_text_of(path, text)
            if path in self._reporter.known:
                self.batches.write(1)  # what was loaded before is told before
            if self._reporter.loaded(path, status, "cached" if is_older else "loaded", data):
                self.reloaded.add(path)
        except Exception:  # noqa: BLE001
            pass

    def settle(self, path):
        if path in self.reloaded:
            self.reloaded.discard(path)
            self.batches.write()
            self._reporter.settled(path)


class _Audit:
    """What is executed, by importlib's own loaders and without them."""

    def __init__(self, reporter, sources, is_from_start=True):
        self._reporter = reporter
        self._sources = sources
        self._is_from_start = is_from_start  # nothing was compiled before
        self.began = _file_clock()
        self.seen = set()  # co_filename of what was executed without importlib
        self.compiled = set()  # file names of what was compiled
        self._unexplained = 0  # how many names
        self.opened = []  # the last files opened, whose text may be executed
        self._busy = None  # the thread in which we open and compile ourselves

    def hook(self):
        """For sys.addaudithook(), which calls it four times for each import: a function, as that is called fastest."""
        seen, open_file, execute, compile_text = self.seen, self._open, self._execute_code, self.compile
        sources, batches = self._sources, self._sources.batches
        announce, announced, pending = batches.announce, batches.announced, batches.pending
        take_state, known, add, code_type = sources.states.pop, self._reporter.known, pending.extend, type(self.hook.__code__)

        byte_code = None  # that was opened last

        def audit(event, arguments):
            nonlocal byte_code
            if event == "exec":
                code = arguments[0]
                name = code.co_filename if type(code) is code_type else None
                state = take_state(name, None)
                if state is None:
                    if name not in seen and name is not None:
                        execute(code, byte_code)
                elif len(state) == 3 and name not in known:
                    known[name] = True
                    add(state)
                    if not announced:
                        announce()
                else:
                    sources.execute(name, state)
            elif event == "open":
                path, mode, flags = arguments
                if type(path) is str and path[-4:] == ".pyc":
                    byte_code = path
                else:
                    open_file(path, mode, flags)
            elif event == "compile":
                compile_text(*arguments)

        return audit

    def _open(self, path, mode, flags):
        is_read = mode[:1] == "r" if type(mode) is str else mode is None and flags & 3 == os.O_RDONLY
        if is_read and type(path) is str and self._busy != get_ident():
            self.opened.append(path)
            del self.opened[:-8]

    def execute(self, code, stamp, byte_code):
        """`byte_code` was opened after anything else was executed."""
        name = code.co_filename
        if stamp is None:
            self._execute_code(code, byte_code)
        elif byte_code is None or _is_byte_code_of(byte_code, name):
            self._sources.execute_stamped(name, stamp, byte_code)
        elif not self._reporter.knows(byte_code):  # else it has no source, and counts itself
            self._sources.execute_stamped(name, stamp, None)

    def _execute_code(self, code, byte_code):
        """What importlib has not read with its source. A file that was imported was reported before; one whose text was compiled, too."""
        name = code.co_filename
        self.seen.add(name)
        if name[-3:] == ".so" or name.endswith(_TEMPLATES) or name.startswith(("<frozen ", "<template>")):
            return
        try:
            is_named = name[:1] != "<"
            if is_named and self._reporter.knows(name) or _counts_itself(_executor()):
                return
            if is_named and os.path.isfile(name):
                self._by_us(self._explain, code, name, byte_code)
            elif self._is_from_start and not self._is_compiled(name) and self._unexplained < 16:
                self._unexplained += 1
                self._reporter.unexplained(name)
        except Exception:  # noqa: BLE001
            pass

    def _explain(self, code, name, byte_code):
        status = os.stat(name)  # read at some time since we began, or made into what was executed before that
        data = None
        if self._is_compiled(name) and (name[-3:] != ".py" or absolute(name) in map(absolute, self.opened)):
            is_of_it = _latest(status.st_ctime_ns) < self.began
        elif byte_code is not None and _is_byte_code_of(byte_code, name):
            is_of_it = _is_checked(_head_of(byte_code), status) and not _may_be_older(status, byte_code, _CHECKED)
        else:
            with open(name, "rb") as file:
                data = file.read(_LARGEST)
            is_of_it = self._compiles_to(data, name, code)
        self._reporter.loaded(name, status, "loaded" if is_of_it else "cached", data)

    def _by_us(self, function, *arguments):
        before, self._busy = self._busy, get_ident()
        try:
            return function(*arguments)
        finally:
            self._busy = before

    def _is_compiled(self, name):
        return name in self.compiled or len(self.compiled) >= _NAMES

    def _compiles_to(self, data, name, code):
        import warnings

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return any(compile(data, name, "exec", dont_inherit=True, optimize=level) == code for level in (-1, 0, 1, 2))
        except Exception:  # noqa: BLE001: no source of Python's
            return False

    def compile(self, source, name):
        try:
            if type(name) is bytes:
                name = os.fsdecode(name)
            if type(name) is not str or name in self._sources.texts or self._busy == get_ident():
                return
            if len(self.compiled) < _NAMES:
                self.compiled.add(name)
            if type(source) not in (bytes, str):
                return
            self._sources.states.pop(name, None)  # looked at, and not imported
            if name[:1] == "<":
                if self.opened:
                    self._find(source)
            elif not name.endswith(_TEMPLATES) and not self._reporter.knows(name) and os.path.isfile(name):
                self._by_us(self._report, name, source)
        except Exception:  # noqa: BLE001
            pass

    def _find(self, source):
        data = source.encode() if type(source) is str else source
        lines = data.count(b"\n")  # of which each may have had two characters at its end
        lengths = len(data), len(data.decode("utf-8", "replace"))  # the file may have one byte for each character
        sizes = {length + more for length in lengths for more in (0, lines, 3, lines + 3)}
        for path in reversed(self.opened):
            try:
                if os.stat(path).st_size in sizes and self._by_us(self._report, path, source):
                    return
            except OSError:  # it is gone
                continue

    def _report(self, path, source):
        """A text that is the file's own is what runs from now on; any other may be made from it, and says nothing. True: it is."""
        status = os.stat(path)
        data = _is_text_of(path, source)
        if data and self._reporter.loaded(path, status, data=data):
            self._reporter.settled(path)
        return bool(data)


def install():
    """Reports from now on. Called once, by sitecustomize."""
    target = os.environ.get(VARIABLE)
    if target:
        begin(target)


def flush():
    """Reports now what this process has loaded; otherwise that may take a moment."""
    if _batches is not None:
        _batches.write()


def attach(native, states, texts, known, opened, compiled, seen, reloaded, began, compile_source):
    """For hephaestus_audit, `native`, which reports from its start on: its functions for what is rare, in its order. It has the collections,
    and adds to them too."""
    import _frozen_importlib_external as machinery
    global _batches, _installed

    _installed = True
    reporter = _AttachedReporter(native, known)
    sources = _Sources(reporter, _AttachedBatches(native))
    sources.states, sources.texts, sources.reloaded = states, texts, reloaded
    audit = _Audit(reporter, sources)
    audit.opened, audit.compiled, audit.seen, audit.began = opened, compiled, seen, began
    _batches = sources.batches
    loader = machinery.SourceFileLoader
    source_to_code = sources.compiler(loader, compile_source)
    _disguise(source_to_code, compile_source, loader.get_code)
    return audit.execute, audit.compile, source_to_code, reporter.loaded, sources.settle


def begin(target, since=None):
    """Reports to `target` from now on; a second call does nothing. `since`, in nanoseconds of file times: this program had
    loaded nothing yet. What it loaded before now may be another state of a file that changed since then. None: files are as they were."""
    global _batches, _installed
    if _installed:
        return
    _installed = True
    native = sys.modules.get("_hephaestus_audit")
    if native is not None:  # it has begun
        _batches = _AttachedBatches(native)
        return
    import _frozen_importlib_external as machinery  # what importlib.machinery is made of, and always loaded
    import zipimport

    reporter = Reporter(target)
    _batches = Batches(reporter)
    os.register_at_fork(before=_batches.before_fork, after_in_child=_batches.after_fork)
    sources = _Sources(reporter, _batches)
    audit = _Audit(reporter, sources, since is None)
    sources.wrap(machinery)

    # A file without source is read by get_data(), which serves data files of packages too: only what is a module counts.
    def bytecode(path):
        if os.fsdecode(path).endswith(".pyc"):
            reporter.loaded(path)

    _wrap_loader(machinery.SourcelessFileLoader, "get_data", bytecode)
    _wrap_loader(zipimport.zipimporter, "__init__", _archive(reporter.loaded))

    reporter.together(lambda: _report_all_earlier(reporter, since))
    sys.addaudithook(audit.hook())


def _cached(path):
    import _frozen_importlib_external as machinery

    return machinery.cache_from_source(path)


def _is_frozen(module):
    return getattr(getattr(module, "__spec__", None), "origin", None) == "frozen"


def _report_all_earlier(reporter, since):
    ours = __file__, os.path.join(os.path.dirname(__file__), "sitecustomize.py")
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        # shared objects are mapped, and found there; frozen ones are in the program; the adapter's own are nobody's
        if isinstance(path, str) and not path.endswith(".so") and path not in ours and not _is_frozen(module):
            _report_earlier(reporter, path, getattr(module, "__cached__", None), since)
    for finder in list(sys.path_importer_cache.values()):  # Python looked for its own modules in archives, too
        archive = getattr(finder, "archive", None)
        if isinstance(archive, str):
            _report_earlier(reporter, archive, None, since)
    script = sys.argv[0] if getattr(sys, "argv", None) else "-c"
    if script in ("", "-"):
        script = _input()
    if script not in ("-c", "-m") and os.path.isfile(script):
        _report_earlier(reporter, script, None, since)


def _input():
    """The file that is standard input, if it is one."""
    try:
        return os.readlink("/proc/self/fd/0")
    except OSError:
        return ""


def _report_earlier(reporter, path, cached, since):
    """Of a file that was loaded before we began; `cached` is where its byte code would be."""
    try:
        status = os.stat(path)
        is_sure = since is None or (status.st_ctime_ns < since and not _took_older(cached, status))
        reporter.loaded(path, status, "loaded" if is_sure else "cached")
    except OSError:
        reporter.loaded(path)


def _head_of(byte_code):
    with open(byte_code, "rb") as file:
        return file.read(16)


def _took_older(cached, status):
    """Whether byte code was loaded that may have been made of another source."""
    try:
        head = _head_of(cached)
    except (OSError, TypeError):
        return False
    flags = head[4:8]
    if flags == _CHECKED and not _is_checked(head, status):
        return False  # Python did not take it
    return _may_be_older(status, cached, flags)


def _is_checked(head, status):
    """Whether byte code with this head was made of a source of this time and size, and is taken for that."""
    expected = b"".join((each & 0xFFFFFFFF).to_bytes(4, "little") for each in (int(status.st_mtime), status.st_size))
    return head[4:16] == _CHECKED + expected


def _archive(report):
    def path_of(path):
        path = os.fsdecode(path)
        while path and not os.path.exists(path):  # archive.zip/package
            path = os.path.dirname(path)
        if os.path.isfile(path):
            report(path)

    return path_of
