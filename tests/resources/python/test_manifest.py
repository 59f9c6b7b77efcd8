# SPDX-License-Identifier: GPL-3.0-or-later
"""The adapter that reports what a Python program loads, as `hephaestus run --python` starts it."""
import compileall
import marshal
import os
import py_compile
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

import hephaestus_manifest
import pytest

PACKAGE = Path(__file__).resolve().parents[3] / "resources/python"
WRAPPED = """
import functools
from importlib.machinery import SourceFileLoader as Loader
for name in ("get_data", "exec_module"):
    original = getattr(Loader, name)
    setattr(Loader, name, functools.wraps(original)(lambda *arguments, _original=original: _original(*arguments)))
"""


AUDIT = os.environ.get("HEPHAESTUS_AUDIT")  # what of the adapter is in machine code, as it was built


@pytest.fixture(params=["python", "machine code"])
def adapter(tmp_path, request):
    """Beside the report, as the wrapper puts it there."""
    directory = tmp_path / "adapter"
    directory.mkdir()
    for name in ("hephaestus_manifest.py", "sitecustomize.py"):
        shutil.copy(PACKAGE / name, directory)
    if request.param != "python":
        if not AUDIT:
            pytest.skip("built without Python's headers")
        shutil.copy(AUDIT, directory)
    return directory


def has_audit(adapter):
    return any(adapter.glob("*.so"))


# Whichever of the two reports
FLUSH = 'import sys; (sys.modules.get("hephaestus_manifest") or sys.modules["_hephaestus_audit"]).flush()'


def begin(adapter, report):
    """Lines that begin it in a Python that runs."""
    return f"""
import os, sys
os.environ["HEPHAESTUS_MODULES"] = {str(report)!r}
sys.path.insert(0, {str(adapter)!r})
sys.modules.pop("sitecustomize", None)
import sitecustomize
"""


def run(code, **environment):
    done = subprocess.run([sys.executable, "-c", code], env={"PATH": "/usr/bin:/bin", **environment},
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("before", ["", WRAPPED], ids=["as Python has it", "with another's loader"])
def test_what_byte_code_was_loaded_is_told(adapter, tmp_path, before):
    (tmp_path / "some.py").write_text("value = 1\n")
    (tmp_path / "fails.py").write_text("raise LookupError\n")
    compileall.compile_dir(tmp_path, quiet=1)
    report = tmp_path / "report"
    code = before + begin(adapter, report) + f"""
import traceback
sys.path[:0] = [{str(tmp_path)!r} + "//.", {str(tmp_path)!r}]
import some
try:
    import fails
except LookupError:
    print(len(traceback.extract_tb(sys.exc_info()[2])))
{FLUSH}
"""
    frames = run(code)
    words = [line.split() for line in report.read_text().splitlines()]
    told = [Path(word) for line in words if line[0] == "imported" for word in line[7:] if word.startswith(str(tmp_path))]
    assert [path.name for path in told[::2]] == ["some.py", "fails.py"]
    assert all(path.suffix == ".pyc" and path.exists() for path in told[1::2])
    if not before:
        assert frames == "2\n"  # none of ours between the import and the module


def test_no_more_of_importlib_is_replaced_than_tells_what_is_loaded(adapter, tmp_path):
    code = f"""
import _frozen_importlib, _frozen_importlib_external, importlib.util, importlib.machinery
def functions():
    for module in (_frozen_importlib, _frozen_importlib_external, importlib.util, importlib.machinery):
        for name, value in vars(module).items():
            yield module.__name__ + "." + name, value
            if isinstance(value, type):
                yield from ((value.__name__ + "." + each, method) for each, method in vars(value).items())
before = dict(functions())
{begin(adapter, tmp_path / "report")}
print(*sorted({{name for name, value in functions() if before.get(name) is not value}}))
"""
    replaced = ["SourceFileLoader.exec_module", "SourceFileLoader.get_data", "SourceFileLoader.path_stats",
                "SourceFileLoader.source_to_code", "SourcelessFileLoader.get_data"]
    if has_audit(adapter):
        replaced.remove("SourceFileLoader.get_data")
    assert run(code).split() == replaced


@pytest.mark.parametrize("beside, cached", [(True, True), (False, False)], ids=["the wrapper's folder", "another folder"])
def test_the_adapter_is_compiled_once_even_where_python_writes_no_byte_code(adapter, tmp_path, beside, cached):
    (tmp_path / "some.py").write_text("import sys\nprint(sys.dont_write_bytecode)\n")
    report = (adapter if beside else tmp_path) / "modules"
    said = run(f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import some", PYTHONDONTWRITEBYTECODE="1", PYTHONPATH=str(adapter),
               HEPHAESTUS_MODULES=str(report))
    assert said == "True\n" and "some.py" in report.read_text()
    assert any((adapter / "__pycache__").glob("hephaestus_manifest.*.pyc")) == cached
    assert not (tmp_path / "__pycache__").exists()


@pytest.mark.parametrize("named, found", [([], False), ([PACKAGE], True), (["/nowhere", PACKAGE], True)])
def test_the_source_tree_stays_where_the_user_named_it(adapter, tmp_path, named, found):
    code = "import importlib.util, sys; print(importlib.util.find_spec('hephaestus_service') is not None, sys.path)"
    told = run(code, PYTHONPATH=":".join(map(str, [adapter, *named])), HEPHAESTUS_MODULES=str(tmp_path / "report"))
    assert told.startswith(f"{found} ")
    assert str(adapter) not in told


@pytest.mark.parametrize("call, said", [
    ("stats(loader, {path!r})", "1.5 9"),
    ("stats(loader, path={path!r})", "1.5 9"),
    ("stats(loader, {path!r}.encode())", "1.5 9"),
    ("stats(loader, pathlib.Path({path!r}))", "1.5 9"),
    ("stats(loader, {path!r} + '\\0')", "ValueError"),
    ("stats(loader, {path!r} + '.none')", "FileNotFoundError"),
    ("stats(loader, '\\udcff')", "FileNotFoundError"),
    ("stats(loader)", "TypeError"),
    ("dict(size=len(loader.get_data(pathlib.Path({path!r}))))", "9"),
    ("stats(loader, 1, 2)", "TypeError"),
], ids=["text", "by name", "bytes", "a path", "a zero", "not there", "not text", "no argument", "data of a path", "too many"])
def test_what_is_replaced_takes_what_it_took(adapter, tmp_path, call, said):
    path = tmp_path / "some.py"
    path.write_text("value = 1")
    os.utime(path, (1.5, 1.5))
    told = run(f"""
import pathlib, sys
from importlib.machinery import SourceFileLoader as Loader
loader, stats = Loader("some", {str(path)!r}), Loader.path_stats
try:
    print(*{call.format(path=str(path))}.values())
except Exception as error:
    print(type(error).__name__)
""", PYTHONPATH=str(adapter), HEPHAESTUS_MODULES=str(tmp_path / "report"))
    assert told == said + "\n"


def words_of(report):
    return [line.split() for line in report.read_text().splitlines()]


def test_code_that_is_executed_long_after_its_byte_code_was_read_is_told(adapter, tmp_path):
    for name in ("first", "second"):
        (tmp_path / f"{name}.py").write_text("value = 1\n")
    compileall.compile_dir(tmp_path, quiet=1)
    report = tmp_path / "report"
    run(f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
from importlib.util import find_spec
import threading
specs = [find_spec(name) for name in ("first", "second")]
codes = [spec.loader.get_code(spec.name) for spec in specs]
exec(codes[0], {{}})
thread = threading.Thread(target=lambda: exec(codes[1], {{}}))
thread.start()
thread.join()
{FLUSH}
""", PYTHONPATH=str(adapter), HEPHAESTUS_MODULES=str(report))
    told = [word for line in words_of(report) if line[0] in ("imported", "loaded") for word in line if word.startswith(str(tmp_path))]
    assert {"first.py", "second.py"} <= {Path(word).name for word in told}
    assert not [line for line in words_of(report) if line[0] == "cached"]


def test_code_whose_byte_code_is_gone_is_in_doubt(adapter, tmp_path):
    (tmp_path / "some.py").write_text("value = 1\n")
    compileall.compile_dir(tmp_path, quiet=1)
    report = tmp_path / "report"
    run(f"""
import os, sys
sys.path.insert(0, {str(tmp_path)!r})
from importlib.util import find_spec
spec = find_spec("some")
code = spec.loader.get_code("some")
os.remove(spec.cached)
import json.tool
exec(code, {{}})
{FLUSH}
""", PYTHONPATH=str(adapter), HEPHAESTUS_MODULES=str(report))
    told = [line for line in words_of(report) if str(tmp_path / "some.py") in line]
    assert len(told) == 1
    if told[0][0] == "imported":  # who reads it sees that the byte code is gone
        assert not Path(told[0][told[0].index(str(tmp_path / "some.py")) + 1]).exists()
    else:
        assert told[0][0] == "cached"


def test_byte_code_that_was_taken_unseen_is_told_as_such(adapter, tmp_path):
    (tmp_path / "some.py").write_text("value = 1\n")
    compileall.compile_dir(tmp_path, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    report = tmp_path / "report"
    run(f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
import some
from importlib import reload
reload(some)
{FLUSH}
""", PYTHONPATH=str(adapter), HEPHAESTUS_MODULES=str(report))
    told = [line for line in words_of(report) if any(word.endswith("some.py") for word in line)]
    flags = [Path(line[line.index(str(tmp_path / "some.py")) + 1]).read_bytes()[4] for line in told if line[0] == "imported"]
    assert flags == ([1] if has_audit(adapter) else [])  # who reads the line looks at them
    assert [line[0] for line in told if line[0] != "imported"][:1] == ["cached"]


@pytest.mark.skipif(sys.version_info < (3, 10), reason="the first that loads it")
def test_a_thread_and_an_interpreter_more_are_told_of(adapter, tmp_path):
    for name in ("some", "other"):
        (tmp_path / f"{name}.py").write_text("value = 1\n")
    report = tmp_path / "report"
    run(f"""
import sys, threading
sys.path.insert(0, {str(tmp_path)!r})
thread = threading.Thread(target=__import__, args=("some",))
thread.start()
thread.join()
import _xxsubinterpreters as interpreters
one = interpreters.create()
interpreters.run_string(one, "import sys; sys.path.insert(0, {str(tmp_path)!r}); import other")
interpreters.destroy(one)
""" if sys.version_info < (3, 13) else "", PYTHONPATH=str(adapter), HEPHAESTUS_MODULES=str(report))
    if sys.version_info < (3, 13):
        assert {"some.py", "other.py"} <= {Path(word).name for line in words_of(report) for word in line}


def test_a_file_that_was_written_just_before_is_what_runs(adapter, tmp_path):
    source, report = tmp_path / "some.py", tmp_path / "report"
    (tmp_path / "code").write_bytes(marshal.dumps(compile("value = 1", str(source), "exec")))  # for a loader of one's own
    source.write_text("value = 1")
    while time.clock_gettime_ns(5) <= source.stat().st_ctime_ns:  # CLOCK_REALTIME_COARSE: a tick at most
        pass
    run(f"import marshal; exec(marshal.load(open({str(tmp_path / 'code')!r}, 'rb')))", PYTHONPATH=str(adapter), HEPHAESTUS_MODULES=str(report))
    assert [line[0] for line in words_of(report) if str(source) in line] == ["loaded"]


@pytest.mark.parametrize("text, encoding", [
    (b"value = 1\r\nmore = 2\r\n", None), (b"\xef\xbb\xbfvalue = 1\n", "utf-8-sig"), (b"value = '\xe9'\n", "latin-1"),
    (b"value = '\xe9'\r\n", "latin-1"),
], ids=["line ends", "a mark", "Latin-1", "both"])
def test_a_text_is_its_files_whatever_it_was_decoded_from(adapter, tmp_path, text, encoding):
    source, report = tmp_path / "some.txt.py", tmp_path / "report"
    source.write_bytes(text)
    run(f"exec(open({str(source)!r}, encoding={encoding!r}).read())", PYTHONPATH=str(adapter), HEPHAESTUS_MODULES=str(report))
    assert [line[0] for line in words_of(report) if str(source) in line] == ["loaded"]


@pytest.mark.parametrize("arguments", [[], ["-"]], ids=["nothing", "a dash"])
def test_a_script_that_is_standard_input_is_told(adapter, tmp_path, arguments):
    source, report = tmp_path / "some.txt", tmp_path / "report"
    source.write_text("value = 1\n")
    with source.open() as script:
        subprocess.run([sys.executable, *arguments], stdin=script, env={"PYTHONPATH": str(adapter), "HEPHAESTUS_MODULES": str(report)}, check=True)
    assert [line[0] for line in words_of(report) if str(source) in line] == ["loaded"]


def test_what_an_archive_or_byte_code_alone_was_made_of_need_not_be_there(adapter, tmp_path):
    (tmp_path / "some.py").write_text("value = 1\n")
    py_compile.compile(tmp_path / "some.py", cfile=tmp_path / "some.pyc", dfile="/nowhere/some.py")
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        archive.write(tmp_path / "some.pyc", "other.pyc")
        archive.write(tmp_path / "some.pyc", "__main__.pyc")
    (tmp_path / "some.py").unlink()
    report = tmp_path / "report"
    environment = {"PYTHONPATH": str(adapter), "HEPHAESTUS_MODULES": str(report)}
    run(f"import sys, runpy; sys.path[:0] = [{str(tmp_path)!r}, {str(tmp_path / 'archive.zip')!r}]; import some, other", **environment)
    for name in ("archive.zip", "some.pyc"):
        subprocess.run([sys.executable, tmp_path / name], env=environment, check=True)
    words = words_of(report)
    assert not [line for line in words if line[0] in ("unexplained", "cached")]
    assert {str(tmp_path / name) for name in ("archive.zip", "some.pyc")} <= {line[9] for line in words if line[0] == "loaded"}


def test_two_threads_that_import_at_once_announce_it():
    reporter = SimpleNamespace(known={})
    sources = hephaestus_manifest._Sources(reporter, hephaestus_manifest.Batches(reporter))
    batches, announced = sources.batches, []
    batches.announce = lambda: announced.append(len(batches.pending))
    hook = hephaestus_manifest._Audit(reporter, sources).hook()
    first, second = (compile("", name, "exec") for name in ("/first.py", "/second.py"))

    class Interrupted(tuple):
        def __iter__(self):
            yield from tuple.__iter__(self)
            hook("exec", (second,))  # once this one was added, and before anything else
    sources.states.update({"/first.py": Interrupted(("/first.py", None, "/first.pyc")), "/second.py": ("/second.py", None, "/second.pyc")})
    hook("exec", (first,))
    assert len(batches.pending) == 6
    assert announced


def test_modules_that_many_threads_import_at_once_are_all_told(adapter, tmp_path):
    names = [f"some{number}" for number in range(300)]
    for name in names:
        (tmp_path / f"{name}.py").write_text("value = 1\n")
    compileall.compile_dir(tmp_path, quiet=1)
    report = tmp_path / "report"
    run(f"""
import sys, threading, time
sys.path.insert(0, {str(tmp_path)!r})
sys.setswitchinterval(1e-6)
names = {names!r}
threads = [threading.Thread(target=lambda mine: [__import__(name) for name in mine], args=(names[at::10],)) for at in range(10)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
{FLUSH}
batches = getattr(sys.modules.get("hephaestus_manifest"), "_batches", None)
until = time.monotonic() + 30
while hasattr(batches, "_writer") and not (batches._is_idle() and batches._writer is None) and time.monotonic() < until:
    threading.Event().wait(0.01)
""", PYTHONPATH=str(adapter), HEPHAESTUS_MODULES=str(report))
    told = {Path(word).stem for line in words_of(report) for word in line if word.endswith(".py")}
    assert told >= set(names)
