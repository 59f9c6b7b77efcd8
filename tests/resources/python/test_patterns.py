# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files a pattern names: the rows of the C++ side's own test."""
import os

import pytest
from hephaestus_service.patterns import Glob, expand


def make(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def found(root, pattern):
    return sorted(os.path.relpath(os.fsdecode(path), root) for path in Glob(os.fsencode(root), os.fsencode(pattern)).files())


@pytest.mark.parametrize("pattern, path, expected", [
    ("src/**/*.py", "src/a.py", True), ("src/**/*.py", "src/b/c/a.py", True), ("src/**/*.py", "src/a.pyc", False),
    ("src/**/*.py", "srcs/a.py", False), ("src/**/*.py", "src/.git/a.py", False), ("src/**/*.py", "src/.a.py", False),
    ("src/**/.a.py", "src/b/.a.py", True), ("src/*.py", "src/b/a.py", False), ("src/?.py", "src/a.py", True),
    ("src/[ab].py", "src/c.py", False), ("src/[ab].py", "src/b.py", True), ("src/[!ab].py", "src/c.py", True),
    ("src/[!ab].py", "src/a.py", False), ("src/[]a].py", "src/].py", True), ("src/[a.py", "src/[a.py", True),
    ("src/[[]a]*", "src/[a]b", True), ("src/a\\*?", "src/a*b", True), ("src/a\\*?", "src/axb", False), ("src/a+*", "src/a+b", True),
    ("src/a+*", "src/aab", False), ("**", "a/b", True), ("src/**", "src/a/b.txt", True), ("**/test/**/*.py", "a/test/b/c.py", True),
    ("**/test/**/*.py", "test/c.py", True), ("**/**/*.py", "c.py", True), ("*/main.py", "a/main.py", True), ("*/main.py", "main.py", False),
    ("./src/*.py", "src/a.py", True), ("pyproject.toml", "pyproject.toml", True), ("pyproject.toml", "a/pyproject.toml", False)])
def test_a_path_matches_or_not(tmp_path, pattern, path, expected):
    make(tmp_path, path)
    assert found(tmp_path, pattern) == ([path] if expected else [])


def test_a_pattern_may_lead_up_or_begin_at_the_root(tmp_path):
    make(tmp_path, "app [old]/a.py", "other/b.py")
    directory = tmp_path / "app [old]"
    assert found(directory, "../other/*.py") == ["../other/b.py"]
    assert found(directory, str(tmp_path / "other/*.py")) == ["../other/b.py"]
    assert found(directory, "*.py") == ["a.py"]


def test_a_directory_is_everything_in_it_but_junk(tmp_path):
    make(tmp_path, "src/deep/a.js", "src/node_modules/b.js", "src/.git/c", "src/out.log", "src/d.js~", "build/e.js")
    for pattern in ("src", "src/", "./src"):
        assert found(tmp_path, pattern) == ["src/deep/a.js"]
    assert found(tmp_path, "build") == ["build/e.js"]
    assert found(tmp_path, "nothing") == []


def test_a_link_to_a_directory_is_followed_where_the_pattern_names_it(tmp_path):
    make(tmp_path, "releases/1/a.py")
    (tmp_path / "current").symlink_to("releases/1")
    (tmp_path / "releases/1/loop").symlink_to("..")
    assert found(tmp_path, "current/*.py") == ["current/a.py"]
    assert found(tmp_path, "**/*.py") == ["releases/1/a.py"]


@pytest.mark.parametrize("pattern, expected", [
    ("src/*.js", ["src/*.js"]), ("src/**/*.{js,ts}", ["src/**/*.js", "src/**/*.ts"]), ("{a,b}/{c,d}", ["a/c", "a/d", "b/c", "b/d"]),
    ("a{b,c{d,e}}f", ["abf", "acdf", "acef"]), ("a{,b}", ["a", "ab"]), ("a{b}", ["a{b}"]), ("a{b,c", ["a{b,c"])])
def test_braces_stand_for_several_patterns(pattern, expected):
    assert [os.fsdecode(each) for each in expand(os.fsencode(pattern))] == expected
