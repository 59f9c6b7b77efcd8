# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of the git work tree, and whether it differed from its commit when the program began."""
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


LOOSE, PACKED = "b" * 40, "a" * 64


@pytest.fixture
def planted(tmp_path, monkeypatch):
    """A repository above the working directory, with a secret beside it that looks like a commit."""
    repository = tmp_path / ".git"
    (repository / "refs" / "heads").mkdir(parents=True)
    (repository / "HEAD").write_text("ref: refs/heads/main\n")
    (repository / "packed-refs").write_text(f"# pack-refs\n{PACKED} refs/heads/main\n")
    (tmp_path / "secret").write_text(LOOSE + "\n")
    (tmp_path / "own").mkdir()
    monkeypatch.chdir(tmp_path / "own")
    return repository


def test_a_loose_reference_is_newer_than_a_packed_one(planted):
    assert own_identity()["commit"] == PACKED
    (planted / "refs" / "heads" / "main").write_text(LOOSE + "\n")
    assert own_identity()["commit"] == LOOSE


@pytest.mark.parametrize("head", ["ref: ../secret", "ref: refs/../../secret", "ref: secret", "ref: /secret", "ref: refs/heads/.invalid",
                                  "ref: refs/heads/\x1b[2J", "some words"])
def test_only_references_are_read_and_only_commits_are_told(planted, head):
    (planted / "secret").write_text(LOOSE + "\n")
    (planted / "refs" / "heads" / ".invalid").write_text(LOOSE + "\n")
    (planted / "HEAD").write_text(head + "\n")
    assert not {"branch", "commit"} & own_identity().keys()


@pytest.mark.parametrize("name", ["HEAD", "packed-refs", "refs/heads/main"])
@pytest.mark.parametrize("kind", ["fifo", "device", "huge"])
def test_what_is_no_small_file_is_not_waited_for(planted, name, kind):
    path = planted / name
    path.unlink(missing_ok=True)
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.touch()
        os.truncate(path, 1 << 42)  # all holes
    assert "commit" not in own_identity()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("others, told", [([".git"], {}), ([".git/packed-refs"], {"branch": "main"}),
                                          ([".git", ".git/HEAD", "own"], {"branch": "main"}),
                                          ([".git", ".git/HEAD", ".git/packed-refs", "own"], {"branch": "main", "commit": PACKED})])
def test_a_repository_of_another_user_is_none_unless_one_works_in_his_folder(planted, others, told):
    for name in others:
        os.chown(planted.parent / name, 65533, 65533)
    identity = own_identity()
    assert {key: identity[key] for key in ("branch", "commit") if key in identity} == told
    assert ("worktree" in identity) == bool(told)
