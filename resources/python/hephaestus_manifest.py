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
    forked PID TICKET PARENT PARENT_TICKET

TICKET is the process' start in clock ticks since boot (field 22 of /proc/PID/stat); IMAGE names the program that it runs (fields 26 and 28),
another one after exec. TIME, MODIFIED and CHANGED are nanoseconds since the epoch. In PATH every byte but printable ASCII, and `%`, is
written %XX. The stamp is taken before the file is read, so that a file which changes while it is loaded shows as changed. HASH is of the
bytes that were read (BLAKE2b, 160 bits), where the file was written so shortly before that its times prove nothing. `cached`: the byte code
that was loaded may have been made of another source. What was loaded from PATH before counts on until `settled`: a reload may fail. A forked
process has loaded what its parent had. A line is one write(2) in append mode, so that processes share the file.

Beside what importlib reads, an audit hook sees what is executed by other means: exec() of a file's text, runpy, loaders of one's own.

Whatever goes wrong in here, the program goes on as if it were not here.
"""

import os
import sys
import time

VARIABLE = "HEPHAESTUS_MODULES"

_installed = False
_PLAIN = bytes(byte for byte in range(0x21, 0x7F) if byte != 0x25)


# Read by their engines, which look for changes themselves.
_TEMPLATES = (".html", ".htm", ".xml", ".txt", ".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".mako", ".mak", ".sql", ".css", ".svg")
_RECENT = 50_000_000  # nanoseconds: several ticks of the clock of file times


class Reporter:
    """Writes the lines: of each file once for each state of it."""

    def __init__(self, target):
        self._pid = os.getpid()
        self._ticket, image = _identity()
        self._known = {}
        self.imported = set()  # co_filename of what was reported
        self._target = target
        self._descriptor = self._open()
        status = os.fstat(self._descriptor)
        self._file = (status.st_dev, status.st_ino)
        self._write("began", (self._pid, self._ticket), image)
        os.register_at_fork(after_in_child=self._forked)

    def _open(self):
        if self._target.isdigit():
            return int(self._target)
        return os.open(self._target, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def knows(self, path):
        return _absolute(path) in self._known

    def loaded(self, path, stamp=None, word="loaded", data=None):
        """`path` is about to be executed, as it was at `stamp` (now, if None); `data`: the bytes that were read. True if another state
        of it was reported before."""
        try:
            path = _absolute(path)
            if stamp is None:
                stamp = stamp_of(path)
            before = self._known.get(path)
            if before == stamp:
                return False
            now = time.time_ns()
            rest = [encoded(path)]
            if data is not None and word == "loaded" and stamp[4] > now - _RECENT:
                rest.append(_hash(data))
            self._write(word, (self._pid, self._ticket, now) + stamp, *rest)
            self._known[path] = stamp
            return before is not None
        except Exception:  # noqa: BLE001: the program must not notice
            return False

    def settled(self, path):
        try:
            self._write("settled", (self._pid, self._ticket), encoded(_absolute(path)))
        except Exception:  # noqa: BLE001
            pass

    def _forked(self):
        try:
            parent = (self._pid, self._ticket)
            self._pid = os.getpid()
            self._ticket, _ = _identity()
            self._write("forked", (self._pid, self._ticket) + parent)
        except Exception:  # noqa: BLE001
            pass

    def _write(self, word, numbers, *rest):
        line = word + " %d" * len(numbers) % numbers + "".join([" " + text for text in rest]) + "\n"
        try:
            status = os.fstat(self._descriptor)
            is_ours = (status.st_dev, status.st_ino) == self._file
        except OSError:
            is_ours = False
        if not is_ours:  # a daemon closed all its descriptors, and this one may be something else now
            if self._target.isdigit():
                return
            self._descriptor = self._open()
        os.write(self._descriptor, line.encode("ascii"))


def _absolute(path):
    path = os.fsencode(path)
    return path if path[:1] == b"/" and b"/." not in path and b"//" not in path else os.path.abspath(path)


def stamp_of(path):
    return _stamp(os.stat(path))


def _stamp(status):
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


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


class _Load:
    """One load of a source file, while it is under way."""

    __slots__ = ("stamp", "data", "cached", "flags")

    def __init__(self):
        self.stamp = None  # of the source, before it was read
        self.data = None  # the source that was compiled
        self.cached = None  # the path of the byte code that was read
        self.flags = 0  # of it: 1 made for the hash of a source, 2 which is to be compared

    def may_be_older(self):
        """Whether the byte code that was loaded may have been made of another source. Python takes it if the source's size and whole
        second of modification are the same, or without a look. A source that did not change since the byte code was written is its own."""
        if self.data is not None or self.cached is None:
            return False
        if self.flags == 3:
            import _imp

            return _imp.check_hash_based_pycs == "never"
        status = os.stat(self.cached)
        return self.flags == 1 or min(status.st_mtime_ns, status.st_ctime_ns) <= self.stamp[4]


def _wrap_source_loader(machinery, reporter):
    """Reports a source before its code runs, and when that ran to its end."""
    loader = machinery.SourceFileLoader
    originals = {name: getattr(loader, name) for name in ("path_stats", "get_data", "source_to_code", "get_code", "exec_module")}
    loads = {}  # by loader
    reloaded = {}  # by loader: the file that another state of was loaded before

    def path_stats(self, path):
        status = os.stat(path)
        load = loads.get(id(self))
        if load:
            load.stamp = _stamp(status)
        return {"mtime": status.st_mtime, "size": status.st_size}

    def get_data(self, path):
        data = originals["get_data"](self, path)
        load = loads.get(id(self))
        if load and path[-4:] == ".pyc":
            load.cached = path
            load.flags = data[4] if len(data) > 4 else 0
        return data

    def source_to_code(self, data, path, *arguments, **named):
        load = loads.get(id(self))
        if load:
            load.data = data
        return originals["source_to_code"](self, data, path, *arguments, **named)

    def get_code(self, fullname):
        load = loads[id(self)] = _Load()
        try:
            code = originals["get_code"](self, fullname)
        finally:
            loads.pop(id(self), None)
        try:
            path = self.get_filename(fullname)
            word = "cached" if load.may_be_older() else "loaded"
            data = load.data if isinstance(load.data, bytes) else None
            if reporter.loaded(path, load.stamp, word, data):
                reloaded[id(self)] = path
            reporter.imported.add(code.co_filename)
        except Exception:  # noqa: BLE001
            pass
        return code

    def exec_module(self, module):
        originals["exec_module"](self, module)
        path = reloaded.pop(id(self), None)
        if path is not None:
            reporter.settled(path)

    for wrapper in (path_stats, get_data, source_to_code, get_code, exec_module):
        original = originals[wrapper.__name__]
        wrapper.__qualname__ = "SourceFileLoader." + wrapper.__name__
        wrapper.__doc__ = original.__doc__
        wrapper.__wrapped__ = original
        setattr(loader, wrapper.__name__, wrapper)


class _Audit:
    """What is executed without importlib's own loaders."""

    def __init__(self, reporter):
        self._reporter = reporter
        self._began = time.time_ns()
        self._seen = reporter.imported
        self._opened = []  # size and path of the last files opened, whose text may be executed

    def __call__(self, event, arguments):
        if event == "exec":
            name = getattr(arguments[0], "co_filename", None)
            if name not in self._seen and name is not None:
                self._execute(name)
        elif event == "open":
            path, mode, _ = arguments
            if type(path) is str and mode in ("r", "rb") and path[-4:] != ".pyc" and path not in self._seen:
                try:
                    self._opened.append((os.stat(path).st_size, path))
                    del self._opened[:-8]
                except Exception:  # noqa: BLE001
                    pass
        elif event == "compile":
            self._compile(*arguments)

    def _execute(self, name):
        """A file that was imported was reported before; one whose text was compiled, too."""
        self._seen.add(name)
        if name[:1] == "<" or name[-3:] == ".so" or name.endswith(_TEMPLATES) or self._reporter.knows(name):
            return
        try:
            if os.path.isfile(name):
                stamp = stamp_of(name)  # read at some time since we began
                self._reporter.loaded(name, stamp, "loaded" if stamp[4] < self._began - _RECENT else "cached")
        except Exception:  # noqa: BLE001
            pass

    def _compile(self, source, name):
        try:
            if type(name) is bytes:
                name = os.fsdecode(name)
            if type(name) is not str or type(source) not in (bytes, str):
                return
            if name[:1] == "<":
                if self._opened:
                    self._find(source.encode() if type(source) is str else source)
            elif not name.endswith(_TEMPLATES) and not self._reporter.knows(name) and os.path.isfile(name):
                self._report(name, source.encode() if type(source) is str else source)
        except Exception:  # noqa: BLE001
            pass

    def _find(self, source):
        for size, path in reversed(self._opened):
            if size == len(source):
                return self._report(path, source)

    def _report(self, path, source):
        """A text that is the file's own is what runs from now on; any other may be made from it, and says nothing."""
        stamp = stamp_of(path)
        with open(path, "rb") as file:
            if file.read(len(source) + 1) == source and self._reporter.loaded(path, stamp, data=source):
                self._reporter.settled(path)


def install():
    """Reports from now on. Called once, by sitecustomize."""
    target = os.environ.get(VARIABLE)
    if target:
        begin(target)


def begin(target, since=None):
    """Reports to `target` from now on; a second call does nothing. `since`, in nanoseconds of file times: this program had
    loaded nothing yet. What it loaded before now may be another state of a file that changed since then. None: files are as they were."""
    global _installed
    if _installed:
        return
    _installed = True
    import _frozen_importlib_external as machinery  # what importlib.machinery is made of, and always loaded
    import zipimport

    reporter = Reporter(target)
    _wrap_source_loader(machinery, reporter)

    # A file without source is read by get_data(), which serves data files of packages too: only what is a module counts.
    def bytecode(path):
        if os.fsdecode(path).endswith(".pyc"):
            reporter.loaded(path)

    _wrap_loader(machinery.SourcelessFileLoader, "get_data", bytecode)
    _wrap_loader(zipimport.zipimporter, "__init__", _archive(reporter.loaded))

    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        # shared objects are mapped, and found there; the files of this directory are nobody's program
        if isinstance(path, str) and not path.endswith(".so") and os.path.dirname(path) != os.path.dirname(__file__):
            _report_earlier(reporter, path, getattr(module, "__cached__", None), since)
    script = sys.argv[0] if getattr(sys, "argv", None) else ""
    if script and script not in ("-c", "-m", "-") and os.path.isfile(script):
        _report_earlier(reporter, script, None, since)
    sys.addaudithook(_Audit(reporter))


def _report_earlier(reporter, path, cached, since):
    """Of a file that was loaded before we began; `cached` is where its byte code would be."""
    try:
        stamp = stamp_of(path)
        is_sure = since is None or (stamp[4] < since and not _took_older(cached, stamp))
        reporter.loaded(path, stamp, "loaded" if is_sure else "cached")
    except OSError:
        reporter.loaded(path)


def _took_older(cached, stamp):
    """Whether byte code was loaded that may have been made of another source, as _Load.may_be_older() has it."""
    try:
        with open(cached, "rb") as file:
            head = file.read(16)
            status = os.fstat(file.fileno())
    except (OSError, TypeError):
        return False
    flags = int.from_bytes(head[4:8], "little")
    if flags == 3:
        import _imp

        return _imp.check_hash_based_pycs == "never"
    if flags == 0 and head[8:16] != b"".join((each & 0xFFFFFFFF).to_bytes(4, "little") for each in (stamp[3] // 10**9, stamp[2])):
        return False  # Python did not take it
    return flags == 1 or min(status.st_mtime_ns, status.st_ctime_ns) <= stamp[4]


def _archive(report):
    def path_of(path):
        path = os.fsdecode(path)
        while path and not os.path.exists(path):  # archive.zip/package
            path = os.path.dirname(path)
        if os.path.isfile(path):
            report(path)

    return path_of
