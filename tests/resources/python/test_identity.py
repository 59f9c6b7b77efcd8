# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the work tree differed from its commit when the program began."""
import os
import shutil
import subprocess
import time

import pytest
from hephaestus_service.identity import own_identity, was_dirty


@pytest.fixture
def tree(tmp_path, monkeypatch):
    if shutil.which("git") is None:
        pytest.skip("no git")

    def git(*arguments):
        subprocess.run(["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b", *arguments], check=True,
                       stdout=subprocess.DEVNULL)
    git("init")
    (tmp_path / "main.py").write_text("first\n")
    git("add", "main.py")
    git("commit", "-m", "first")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def asked(tree, since):
    return was_dirty(str(tree), own_identity()["commit"], since)


def test_a_clean_tree_is_not_dirty_whatever_else_lies_in_it(tree):
    (tree / "notes.txt").write_text("nobody follows this\n")
    assert asked(tree, time.time()) is False


@pytest.mark.parametrize("change", [lambda path: path.write_text("second\n"), os.unlink])
def test_a_file_that_was_changed_before_makes_it_dirty_and_one_changed_since_says_nothing(tree, change):
    before = time.time() - 60
    change(tree / "main.py")
    assert asked(tree, before) is None
    assert asked(tree, time.time() + 1) is True


def test_another_commit_or_no_git_says_nothing(tree, monkeypatch):
    assert was_dirty(str(tree), "0" * 40, time.time()) is None
    monkeypatch.setenv("PATH", str(tree))
    assert asked(tree, time.time()) is None


def test_variables_that_point_git_elsewhere_do_not_count(tree, monkeypatch):
    monkeypatch.setenv("GIT_DIR", str(tree / "nowhere"))
    assert asked(tree, time.time()) is False
