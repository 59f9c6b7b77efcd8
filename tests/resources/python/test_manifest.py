# SPDX-License-Identifier: GPL-3.0-or-later
"""The adapter that reports what a Python program loads, as `hephaestus run --python` starts it."""
import compileall
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[3] / "resources/python"
WRAPPED = """
import functools
from importlib.machinery import SourceFileLoader as Loader
for name in ("get_data", "exec_module"):
    original = getattr(Loader, name)
    setattr(Loader, name, functools.wraps(original)(lambda *arguments, _original=original: _original(*arguments)))
"""


@pytest.fixture
def adapter(tmp_path):
    """Beside the report, as the wrapper puts it there."""
    directory = tmp_path / "adapter"
    directory.mkdir()
    for name in ("hephaestus_manifest.py", "sitecustomize.py"):
        shutil.copy(PACKAGE / name, directory)
    return directory


def run(code, *options, **environment):
    done = subprocess.run([sys.executable, *options, "-c", code], env={"PATH": "/usr/bin:/bin", **environment},
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("before", ["", WRAPPED], ids=["as Python has it", "with another's loader"])
def test_what_byte_code_was_loaded_is_told(adapter, tmp_path, before):
    (tmp_path / "some.py").write_text("value = 1\n")
    (tmp_path / "fails.py").write_text("raise LookupError\n")
    compileall.compile_dir(tmp_path, quiet=1)
    report = tmp_path / "report"
    code = before + f"""
import sys
sys.path[:0] = [{str(adapter)!r}, {str(tmp_path)!r} + "//.", {str(tmp_path)!r}]
import hephaestus_manifest, traceback
hephaestus_manifest.begin({str(report)!r})
import some
try:
    import fails
except LookupError:
    print(len(traceback.extract_tb(sys.exc_info()[2])))
hephaestus_manifest.flush()
"""
    frames = run(code)
    words = [line.split() for line in report.read_text().splitlines()]
    told = [Path(word) for line in words if line[0] == "imported" for word in line[7:] if word.startswith(str(tmp_path))]
    assert [path.name for path in told[::2]] == ["some.py", "fails.py"]
    assert all(path.suffix == ".pyc" and path.exists() for path in told[1::2])
    if not before:
        assert frames == "2\n"  # none of ours between the import and the module


PATHS = ["/srv/some.py", "some.py", "/some.py", "some", "/srv//some.py", "//some.py", "/srv/.py", "/srv/..py", "/srv/some.",
         "/srv/a.b.py", "./some.py", "/srv.d/some", "/srv/", "/", "", "/srv/é\udcff.py", Path("/srv/some.py")]


@pytest.mark.parametrize("setting", ["pass", "sys.pycache_prefix = '/cache'", "sys.pycache_prefix = ''", "sys.implementation.cache_tag = None",
                                     "sys.implementation.cache_tag = 'other'", "importlib.machinery.BYTECODE_SUFFIXES[:] = ['.other']"])
@pytest.mark.parametrize("options", [[], ["-OO"]])
def test_byte_code_is_looked_for_where_python_does(adapter, tmp_path, options, setting):
    code = f"""
import importlib.machinery, importlib.util, sys, warnings
from pathlib import PosixPath
warnings.simplefilter("ignore")
sys.path.insert(0, {str(adapter)!r})
original = importlib.util.cache_from_source
import hephaestus_manifest
hephaestus_manifest.begin({str(tmp_path / "report")!r})
import _frozen_importlib_external as machinery
quick = machinery.cache_from_source
assert quick is not original and quick.__wrapped__ is original
{setting}
def said(function, path, named):
    try:
        return function(path, **named)
    except Exception as problem:
        return repr(problem)
for named in ({{}}, {{"optimization": ""}}, {{"optimization": 2}}, {{"optimization": "a/b"}}, {{"debug_override": True}}):
    for path in {PATHS!r}:
        if said(quick, path, named) != said(original, path, named):
            print(ascii([path, named, said(quick, path, named), said(original, path, named)]))
"""
    assert run(code, *options) == ""


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
