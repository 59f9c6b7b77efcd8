# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports the files that this Python program loads, as it loads them.

Nothing imports this module but sitecustomize.py beside it: put their directory first in PYTHONPATH and name a file (or, as a
number, an open descriptor) in HEPHAESTUS_MODULES. `hephaestus run --python` does both. Standard library only, Python 3.8 or later.

One line a file is appended:

    loaded PID TICKET TIME DEVICE INODE SIZE MODIFIED CHANGED PATH
    forked PID TICKET PARENT PARENT_TICKET

TICKET is the process' start in clock ticks since boot (field 22 of /proc/PID/stat); TIME, MODIFIED and CHANGED are nanoseconds since the
epoch. In PATH every byte but printable ASCII, and `%`, is written %XX. The stamp is taken before the file is read, so that a file which
changes while it is loaded shows as changed. A forked process has loaded what its parent had. A line is one write(2) in append mode, so
that processes share the file.

Whatever goes wrong in here, the program goes on as if it were not here.
"""

import os
import sys
import time

VARIABLE = "HEPHAESTUS_MODULES"

_installed = False
_PLAIN = frozenset(range(0x21, 0x7F)) - {0x25}


class Reporter:
    """Writes the lines: of each file once for each state of it."""

    def __init__(self, target):
        self._pid = os.getpid()
        self._ticket = _ticket()
        self._known = {}
        if target.isdigit():
            self._descriptor = int(target)
        else:
            self._descriptor = os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        status = os.fstat(self._descriptor)
        self._file = (status.st_dev, status.st_ino)
        os.register_at_fork(after_in_child=self._forked)

    def loaded(self, path):
        """`path` is about to be read, or has just been loaded."""
        try:
            path = os.path.abspath(os.fsencode(path))
            status = os.stat(path)
            stamp = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            if self._known.get(path) == stamp:
                return
            self._known[path] = stamp
            self._write("loaded", (self._pid, self._ticket, time.time_ns()) + stamp, encoded(path))
        except Exception:  # noqa: BLE001: the program must not notice
            pass

    def _forked(self):
        try:
            parent = (self._pid, self._ticket)
            self._pid = os.getpid()
            self._ticket = _ticket()
            self._write("forked", (self._pid, self._ticket) + parent)
        except Exception:  # noqa: BLE001
            pass

    def _write(self, word, numbers, *rest):
        status = os.fstat(self._descriptor)
        if (status.st_dev, status.st_ino) != self._file:
            return  # a daemon closed all its descriptors, and this one is now something else
        line = " ".join((word,) + tuple(map(str, numbers)) + rest) + "\n"
        os.write(self._descriptor, line.encode("ascii"))


def _ticket():
    with open("/proc/self/stat", "rb") as status:
        return int(status.read().rpartition(b")")[2].split()[19])


def encoded(path):
    if all(byte in _PLAIN for byte in path):
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


def install():
    """Reports from now on. Called once, by sitecustomize."""
    global _installed
    target = os.environ.get(VARIABLE)
    if not target or _installed:
        return
    _installed = True
    import _frozen_importlib_external as machinery  # what importlib.machinery is made of, and always loaded
    import zipimport

    reporter = Reporter(target)

    # importlib asks path_stats() before it reads a source file or its cached byte code. A file without source is read by
    # get_data(), which serves data files of packages too: only what is a module counts.
    _wrap_loader(machinery.SourceFileLoader, "path_stats", reporter.loaded)

    def bytecode(path):
        if os.fsdecode(path).endswith(".pyc"):
            reporter.loaded(path)

    _wrap_loader(machinery.SourcelessFileLoader, "get_data", bytecode)
    _wrap_loader(zipimport.zipimporter, "__init__", _archive(reporter.loaded))

    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        # shared objects are mapped, and found there; the files of this directory are nobody's program
        if isinstance(path, str) and not path.endswith(".so") and os.path.dirname(path) != os.path.dirname(__file__):
            reporter.loaded(path)
    script = sys.argv[0] if getattr(sys, "argv", None) else ""
    if script and script not in ("-c", "-m", "-") and os.path.isfile(script):
        reporter.loaded(script)


def _archive(report):
    def path_of(path):
        path = os.fsdecode(path)
        while path and not os.path.exists(path):  # archive.zip/package
            path = os.path.dirname(path)
        if os.path.isfile(path):
            report(path)

    return path_of
