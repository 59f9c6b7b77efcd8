# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a program runs the code on disk, told by itself: a process whose files are changed."""
import contextlib
import importlib.util
import json
import os
import py_compile
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from hephaestus_service import freshness
from hephaestus_service import report as reports

PACKAGE = Path(__file__).resolve().parents[3] / "resources/python"
MAIN = f"""
import os, subprocess, sys
sys.path.insert(0, {str(PACKAGE)!r})
import early
from hephaestus_service import Service
service = Service("subject")
import helper
print(service.listen("127.0.0.1:0"), flush=True)
children = []
with service:
    for line in sys.stdin:
        exec(line)
        print("done", flush=True)
"""
CHILD = "import child, sys; print('here', flush=True); sys.stdin.read()"
SPAWN = f"child = subprocess.Popen([sys.executable, '-c', {CHILD!r}], stdin=subprocess.PIPE, stdout=subprocess.PIPE); child.stdout.readline()"
END = "child.stdin.close(); child.wait()"
# A child without the writing end reads to the end when its parent is killed, and ends, too.
FORK = """r, w = os.pipe(); pid = os.fork(); pid or (os.close(w), os.read(r, 1), os._exit(0))"""
FORK_LATER = ("r, w = os.pipe(); s, t = os.pipe(); pid = os.fork(); "
              "pid or (os.close(w), __import__('later'), os.write(t, b'1'), os.read(r, 1), os._exit(0)); os.read(s, 1)")
JOIN = "os.write(w, b'1'); os.waitpid(pid, 0)"
ISOLATED = SPAWN.replace("'-c'", "'-I', '-c'").replace("import child, sys", "import sys")


LIBRARY = Path(importlib.util.find_spec("_uuid").origin)


class Subject:
    def __init__(self, directory, environment):
        self.directory = directory
        self.process = subprocess.Popen([sys.executable, "main.py"], cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **environment})
        self.url = "http://" + self.process.stdout.readline().strip()

    def ask(self, path, body=None):
        with urllib.request.urlopen(self.url + path, body, timeout=120) as answer:
            return json.loads(answer.read())

    def do(self, line):
        print(line, file=self.process.stdin, flush=True)
        assert self.process.stdout.readline() == "done\n"

    def code(self):
        """Of a comparison that began now."""
        return self.ask("/health/status?fresh_after=30")["code"]

    def found(self):
        code = self.code()
        return code["verdict"], {(os.path.basename(each["path"]), each["change"]) for each in code["changed"]}


@pytest.fixture
def subject(tmp_path, eventually):
    for name in ("early", "helper", "later", "child", "never"):
        (tmp_path / f"{name}.py").write_text(f"name = '{name}'\n")
    shutil.copy(LIBRARY, tmp_path)
    (tmp_path / "main.py").write_text(MAIN)
    # What was written in the moment of the start could have been loaded in another state.
    eventually(lambda: time.time_ns() > (tmp_path / "main.py").stat().st_ctime_ns + 60_000_000)
    without = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", freshness.begin.__globals__["VARIABLE"])}
    made = Subject(tmp_path, {**without, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tmp_path), "HEPHAESTUS_MODULES": ""})
    yield made
    with contextlib.suppress(OSError, urllib.error.URLError):
        made.process.send_signal(signal.SIGKILL)
    made.process.wait()
    made.process.stdin.close()
    made.process.stdout.close()


def edit(path):
    path.write_text(path.read_text() + "more = 1\n")


def save_by_renaming(path):
    new = path.with_suffix(".new")
    new.write_text(path.read_text() + "more = 1\n")
    new.rename(path)


def save_unchanged(path):
    path.write_text(path.read_text())


def edit_to_the_same_size_and_time(path):
    status = path.stat()
    path.write_text(path.read_text().replace("name", "nome"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


FRESH = ("fresh", set())


def stale(name, change="modified"):
    return "stale", {(name, change)}


@pytest.mark.parametrize("before, act, file, expected", [
    ([], edit, "main.py", stale("main.py")),
    ([], edit, "early.py", stale("early.py")),
    ([], edit, "helper.py", stale("helper.py")),
    ([], save_by_renaming, "helper.py", stale("helper.py")),
    ([], edit_to_the_same_size_and_time, "helper.py", stale("helper.py")),
    ([], save_unchanged, "helper.py", FRESH),
    ([], os.utime, "helper.py", FRESH),
    ([], os.unlink, "helper.py", stale("helper.py", "removed")),
    ([], edit, "never.py", FRESH),
    ([], edit, "later.py", FRESH),
    (["import later"], edit, "later.py", stale("later.py")),
    ([FORK], edit, "helper.py", stale("helper.py")),
    ([FORK_LATER], edit, "later.py", stale("later.py")),
    ([FORK_LATER, JOIN], edit, "later.py", FRESH),
    ([SPAWN], edit, "child.py", stale("child.py")),
    ([SPAWN, END], edit, "child.py", FRESH),
])
def test_what_was_loaded_against_what_is_on_disk(subject, before, act, file, expected):
    assert subject.found() == FRESH
    for line in before:
        subject.do(line)
    assert subject.found() == FRESH
    act(subject.directory / file)
    assert subject.found() == expected


def test_an_edit_taken_back_is_fresh(subject):
    helper = subject.directory / "helper.py"
    text = helper.read_text()
    assert subject.found() == FRESH
    edit(helper)
    assert subject.found() == stale("helper.py")
    helper.write_text(text)
    assert subject.found() == FRESH


def test_a_module_that_was_reloaded_is_fresh_once_its_new_code_ran(subject):
    edit(subject.directory / "helper.py")
    subject.do("import importlib; importlib.reload(helper)")
    assert subject.found() == FRESH
    (subject.directory / "helper.py").write_text("raise OSError\n")
    subject.do("import contextlib\nwith contextlib.suppress(OSError): importlib.reload(helper)".replace("\n", "; exec('''") + "''')")
    assert subject.found()[0] == "stale"


def test_an_edit_is_found_without_a_question(subject, eventually):
    assert subject.found() == FRESH
    edit(subject.directory / "helper.py")
    eventually(lambda: subject.ask("/health/status")["code"]["verdict"] == "stale")
    assert subject.ask("/health/status")["code"]["changed"][0]["pids"] == [subject.process.pid]


def test_a_child_that_does_not_report_makes_it_unknown(subject, eventually):
    subject.do(ISOLATED)
    eventually(lambda: subject.code()["verdict"] == "unknown")
    assert "runs without the Python adapter" in subject.code()["reasons"][0]
    subject.do(END)
    assert subject.found() == FRESH


def test_a_library_that_was_replaced_is_stale(subject):
    library = subject.directory / LIBRARY.name
    subject.do(f"import importlib.util as u; s = u.spec_from_file_location('_uuid', {str(library)!r}); m = u.module_from_spec(s)")
    assert subject.found() == FRESH
    library.unlink()
    assert subject.found() == stale(library.name, "removed")
    library.write_bytes(b"another")
    assert subject.found() == stale(library.name)


def test_the_files_that_are_loaded_are_told(subject):
    subject.code()
    told = subject.ask(f"/health/code?path={subject.directory}/helper.py&path={subject.directory}/never.py")
    assert [(each["loaded"], each.get("kind")) for each in told["files"]] == [(True, "source"), (False, None)]


def test_a_program_that_closes_its_descriptors_does_not_know_any_more(subject):
    assert subject.found() == FRESH
    subject.do("[os.close(int(n)) for n in os.listdir('/proc/self/fd') if 'memfd' in (os.path.exists(f'/proc/self/fd/{n}') and "
               "os.readlink(f'/proc/self/fd/{n}') or '')]")
    code = subject.code()
    assert code["verdict"] == "unknown"
    assert "closed its descriptors" in code["reasons"][0]


@pytest.mark.parametrize("late", ["loading 1 2 7", "settled 1 2 /a.py", "imported 1 2 7 0 0", "nonsense"])
def test_records_of_a_process_that_is_not_held_end_nothing(tmp_path, late):
    """It has ended, and was forgotten before they were read."""
    file = tmp_path / "report"
    file.write_text(f"{late}\nbegan 3 4 image\n")
    read = reports.Report(str(file))
    read.read()
    assert list(read.held) == [(3, 4)]


def test_a_file_that_changed_before_it_was_read_is_not_called_fresh(tmp_path):
    path = tmp_path / "module.py"
    path.write_text("a = 1")
    before = freshness.stamp_of(bytes(path))
    path.write_text("a = 2")
    os.utime(path, ns=(1, 1))
    assert freshness.compare(freshness.File(bytes(path), "source", before)) == "unverified"
    path.write_text("a = 22")
    assert freshness.compare(freshness.File(bytes(path), "source", before)) == "modified"
    doubtful = freshness.File(bytes(path), "source", freshness.stamp_of(bytes(path)), is_doubtful=True)
    assert freshness.compare(doubtful) == "unverified"


@pytest.mark.parametrize("text, expected", [("a = [lambda: 1]\n", ""), ("a = [lambda: 2]\n", "unverified")])
def test_byte_code_of_the_same_time_is_compared_with_its_source(tmp_path, text, expected, monkeypatch):
    path = tmp_path / "module.py"
    path.write_text("a = [lambda: 1]\n")
    py_compile.compile(str(path))
    status = path.stat()
    path.write_text(text)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    later = time.time_ns() + 10**12
    monkeypatch.setattr(freshness, "BEGAN", later)  # long before it, for a file that is new
    file = freshness.File(bytes(path), "source", freshness.stamp_of(bytes(path)), is_doubtful=True, loaded_at=later)
    assert freshness.compare(file) == expected


@pytest.mark.parametrize("path, report, kept", [
    (PACKAGE, "", True),  # as one uses it from the source tree
    (PACKAGE, "/dev/null", False),  # as a wrapper gives it
    (f"{PACKAGE}:{PACKAGE}", "/dev/null", True),
])
def test_the_adapter_leaves_a_path_that_the_user_gave(path, report, kept, tmp_path):
    found = subprocess.run([sys.executable, "-B", "-c", "import importlib.util; print(importlib.util.find_spec('hephaestus_service') is not None)"],
                           env={**os.environ, "PYTHONPATH": str(path), "HEPHAESTUS_MODULES": report}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           text=True, check=True, cwd=tmp_path)
    assert (found.stdout, found.stderr) == (f"{kept}\n", "")


WATCHING = MAIN.replace('Service("subject")', 'Service("subject", watch=("rules/**/*.json", "early.py"))')


@pytest.fixture
def watching(tmp_path, eventually):
    (tmp_path / "rules/deep").mkdir(parents=True)
    for name in ("early.py", "helper.py", "rules/a.json", "rules/deep/b.json", "rules/c.txt"):
        (tmp_path / name).write_text(f"name = '{name}'\n")
    (tmp_path / "main.py").write_text(WATCHING)
    eventually(lambda: time.time_ns() > (tmp_path / "main.py").stat().st_ctime_ns + 60_000_000)
    without = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", freshness.begin.__globals__["VARIABLE"])}
    made = Subject(tmp_path, {**without, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tmp_path)})
    yield made
    made.process.kill()
    made.process.communicate()


@pytest.mark.parametrize("act, file, expected", [
    (edit, "rules/a.json", stale("a.json")), (edit, "rules/deep/b.json", stale("b.json")), (edit, "rules/c.txt", FRESH),
    (os.unlink, "rules/a.json", stale("a.json", "removed")), (Path.touch, "rules/deep/new.json", stale("new.json", "added")),
    (Path.touch, "rules/new.txt", FRESH), (save_unchanged, "rules/a.json", FRESH), (edit, "early.py", stale("early.py")),
    (lambda path: path.parent.joinpath("d").symlink_to(path.parent), "rules/deep", FRESH)])
def test_files_that_patterns_name(watching, act, file, expected):
    assert watching.found() == FRESH
    assert watching.code()["coverage"]["watched"] == 2  # early.py counts by what was imported
    assert watching.ask(f"/health/code?path={watching.directory}/rules/a.json")["files"][0]["loaded"]
    act(watching.directory / file)
    assert watching.found() == expected


def test_a_pattern_that_names_no_file_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert freshness.Watch(("*.json",)).look(set()) == ([], ["no file matches the pattern *.json"])
