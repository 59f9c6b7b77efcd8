#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what `hephaestus run` says of a program's code with the truth, after random edits.

    tests/hostile/freshness.py PROGRAM [--sequences N] [--seed S] [--steps N] [--limit SECONDS] [--jobs N] [--kind KIND]

PROGRAM is the hephaestus to try. Each sequence makes a small tree, starts a program of one kind in it, and edits the tree in random ways:
writing, renaming, linking, swapping, git, touching, taking back. This reader knows which files the program loaded, keeps their bytes, and
reads them again after each edit. All the same: the truth is fresh; else it is stale. The verdict must be the truth within the limit.

Sequence number S is made from the seed S alone: a failure names the seed and the edits, and `--seed S --sequences 1` does it again.
Prints one line for each failure and a summary; exit code 1 if anything was false, or more unknown than --unknown says.
"""

import argparse
import concurrent.futures
import json
import mmap
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

GIT = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b", "GIT_CONFIG_GLOBAL": "/dev/null"}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def put(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def away_or_back(path, is_there):
    """Moves it aside, or back if it is aside; False if neither can be."""
    away = path.rstrip("/") + ".away"
    if os.path.exists(away) and not os.path.exists(path):
        os.rename(away, path)
    elif is_there(path) and not os.path.exists(away):
        os.rename(path, away)
    else:
        return False
    return True


def get(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


# What is edited before an exec is what the new program begins with: the exec comes first.
UP_AFTER_EXEC = "exec /bin/sh -c 'touch up; sleep 1000; :'"


class Kind:
    """A program and its files: `loaded` are those it loads, relative to the tree."""

    def __init__(self, name, files, loaded, command, options=(), watched=None, editable=None):
        self.name, self.files, self.loaded, self.command, self.options = name, files, loaded, command, options
        self.watched = watched  # what counts if it appears: a predicate of a relative path
        self.editable = editable if editable is not None else loaded


def python_kind(name, command, more=()):
    files = {
        "main.py": b"import sys, time\nimport top, pkg.a, pkg.deep.b\nfrom current import r\nopen('up', 'w').close()\nwhile True: time.sleep(1)\n",
        "top.py": b"VALUE = 1\n",
        "pkg/__init__.py": b"",
        "pkg/a.py": b"VALUE = 1 # a\n",
        "pkg/deep/b.py": b"VALUE = 1 # b\n",
        "rel1/r.py": b"VALUE = 1 # r\n",
        "rel2/r.py": b"VALUE = 1 # r\n",
        "unused.py": b"VALUE = 1\n",
    }
    return Kind(name, files, ["main.py", "top.py", "pkg/__init__.py", "pkg/a.py", "pkg/deep/b.py", "current/r.py"], command, ("--python", *more))


def kinds():
    python = shutil.which("python3", path="/usr/bin:/bin") or sys.executable
    yield python_kind("python", [python, "main.py"])
    yield python_kind("python -B", [python, "-B", "main.py"])
    child = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, 'main.py']))"
    yield python_kind("python of a python", [python, "-c", child])
    yield Kind(
        "shell",
        {"main.sh": b". ./lib/one.sh\n. ./current/r.sh\ntouch up\nwhile :; do sleep 1; done\n", "lib/one.sh": b"A=1\n",
         "rel1/r.sh": b"B=1\n", "rel2/r.sh": b"B=1\n", "unused.sh": b"C=1\n"},
        ["main.sh", "lib/one.sh", "current/r.sh"],
        ["/bin/sh", "main.sh"],
    )
    watched = lambda path: path.startswith("src/") and path.endswith(".js") and "/." not in path
    sources = {"src/app.js": b"let a = 1\n", "src/deep/b.js": b"let b = 1\n", "src/notes.txt": b"1\n", "rel1/x": b"1\n", "rel2/x": b"1\n"}
    yield Kind("pattern", sources, ["src/app.js", "src/deep/b.js"], ["/bin/sh", "-c", UP_AFTER_EXEC], ("--watch", "src/**/*.js"), watched)
    folder = lambda path: path.startswith("src/") and "/." not in path
    yield Kind("folder", sources, ["src/app.js", "src/deep/b.js", "src/notes.txt"], ["/bin/sh", "-c", UP_AFTER_EXEC], ("--watch", "src"), folder)
    if shutil.which("node"):
        node = {"main.js": b"require('fs').writeFileSync('up', ''); setInterval(() => {}, 1000)\n", "rel1/x": b"1\n", "rel2/x": b"1\n", "other.js": b"1\n"}
        yield Kind("node", node, ["main.js"], ["node", "main.js"])
        node = {
            "main.cjs": b"require('./lib/one'); require('./current/r.js')\nimport('./lib/two.mjs').then(() => require('fs').writeFileSync('up', ''))\n"
                        b"setInterval(() => {}, 1000)\n",
            "lib/one.js": b"exports.a = 1\n", "lib/two.mjs": b"import '../current/m.mjs'\nexport const b = 1\n",
            "rel1/r.js": b"exports.r = 1\n", "rel2/r.js": b"exports.r = 1\n", "rel1/m.mjs": b"export const m = 1\n",
            "rel2/m.mjs": b"export const m = 1\n", "unused.js": b"1\n", "package.json": b'{"version": "1"}\n',
        }
        yield Kind("node modules", node, ["main.cjs", "lib/one.js", "lib/two.mjs", "current/r.js", "current/m.mjs", "package.json"],
                   ["node", "main.cjs"], ("--node",))
    binary = {"bin/program": get("/bin/sleep"), "rel1/x": b"1\n", "rel2/x": b"1\n"}
    yield Kind("binary", binary, ["bin/program"], ["bin/program", "1000"])


class Sequence:
    def __init__(self, program, seed, kind, steps, limit):
        self.random = random.Random(seed)
        self.seed, self.kind, self.program, self.steps, self.limit = seed, kind, program, steps, limit
        self.tree = os.path.realpath(tempfile.mkdtemp(prefix="freshness."))
        self.done = []
        self.slowest = 0.0

    def path(self, name):
        return os.path.join(self.tree, name)

    # -- the truth -------------------------------------------------------------------------------------------------------------------

    def truth(self):
        for name, content in self.was.items():
            if get(self.path(name)) != content:
                return "stale"
        if self.kind.watched and self.all_watched() != set(self.kind.loaded):
            return "stale"
        return "fresh"

    def all_watched(self):
        found = set()
        for directory, folders, names in os.walk(self.tree):
            folders[:] = [f for f in folders if not f.startswith(".")]
            for name in names:
                relative = os.path.relpath(os.path.join(directory, name), self.tree)
                if self.kind.watched(relative) and os.path.isfile(self.path(relative)):
                    found.add(relative)
        return found

    # -- edits: each may not apply, and then returns False -----------------------------------------------------------------------------

    def victim(self):
        return self.path(self.random.choice(self.kind.editable))

    def other(self, content):
        """Other bytes, of the same size or not."""
        if self.kind.name == "binary":
            return self.random.choice([get("/bin/cat"), content + b"x"])
        choices = [content + b"# 2\n", b"", content.replace(b"1", b"2") or b"#\n"]
        return self.random.choice([c for c in choices if c != content])

    def content(self, path):
        """New bytes, the present ones, or those that were loaded."""
        present = get(path)
        loaded = self.was[os.path.relpath(path, self.tree)]
        return self.random.choice([self.other(loaded), loaded, present if present is not None else loaded, self.other(loaded)])

    def write(self):
        path = self.victim()
        content = self.content(path)
        if os.path.isdir(path) or not os.path.isdir(os.path.dirname(path)):
            return False
        try:
            put(path, content)
        except OSError:  # a program that runs cannot be written
            return False

    def replace(self):
        path = self.victim()
        if os.path.isdir(path) or not os.path.isdir(os.path.dirname(path)):
            return False
        new = os.path.join(os.path.dirname(path), ".new")
        put(new, self.content(path))
        shutil.copymode("/bin/sleep", new)
        os.rename(new, path)

    def same_time_and_size(self):
        path = self.victim()
        content = get(path)
        if content is None or self.kind.name == "binary" or b"1" not in content:
            return False
        status = os.stat(path)
        put(path, content.replace(b"1", b"2", 1))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def remove(self):
        path = self.victim()
        if not os.path.isfile(path):
            return False
        os.remove(path)

    def touch(self):
        path = self.victim()
        if not os.path.exists(path):
            return False
        os.utime(path, (1, self.random.randrange(10**9)) if self.random.random() < 0.5 else None)

    def restore(self):
        for name, content in self.was.items():
            path = self.path(name)
            if get(path) != content:
                if os.path.isdir(path) and not os.path.islink(path):
                    shutil.rmtree(path)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                new = path + ".back"
                put(new, content)
                shutil.copymode("/bin/sleep", new)
                os.rename(new, path)
        if self.kind.watched:
            for name in self.all_watched() - set(self.kind.loaded):
                os.remove(self.path(name))

    def move_away_or_back(self):
        return away_or_back(self.victim(), os.path.isfile)

    def directory_away_or_back(self):
        path = os.path.dirname(self.victim())
        return path != self.tree and not os.path.islink(path) and away_or_back(path, os.path.isdir)

    def directory_swapped(self):
        """Another directory with the same files, or others, takes its place."""
        top = self.path(self.random.choice([n.split("/")[0] for n in self.kind.loaded if "/" in n] or ["none"]))
        if os.path.islink(top) or not os.path.isdir(top):
            return False
        new, old = top + ".new", top + ".old"
        shutil.rmtree(old, ignore_errors=True)
        shutil.copytree(top, new, symlinks=True)
        if self.random.random() < 0.6:
            inside = [n for n in self.kind.loaded if self.path(n).startswith(top + "/") and os.path.isfile(self.path(n).replace(top, new, 1))]
            if inside:
                name = self.random.choice(inside)
                new_file = self.path(name).replace(top, new, 1)
                content = self.other(self.was[name])
                os.remove(new_file)
                put(new_file, content)
                shutil.copymode("/bin/sleep", new_file)
        os.rename(top, old)
        os.rename(new, top)

    def link_swapped(self):
        link = self.path("current")
        now = os.readlink(link)
        target = "rel2" if now == "rel1" else "rel1"
        if self.random.random() < 0.5:
            for name in [n for n in self.kind.loaded if n.startswith("current/")]:
                path = self.path(name.replace("current", target, 1))
                os.makedirs(os.path.dirname(path), exist_ok=True)
                put(path, self.random.choice([self.was[name], self.other(self.was[name])]))
        os.symlink(target, link + ".new")
        os.rename(link + ".new", link)

    def link_instead(self):
        path = self.victim()
        if not os.path.isfile(path) or os.path.islink(path):
            return False
        content = self.content(path)
        target = self.path("elsewhere.%d" % self.random.randrange(10**9))
        put(target, content)
        shutil.copymode("/bin/sleep", target)
        os.symlink(target, path + ".new")
        os.rename(path + ".new", path)

    def through_a_hard_link(self):
        path = self.victim()
        if not os.path.isfile(path) or self.kind.name == "binary":
            return False
        other = self.path("hard.%d" % self.random.randrange(10**9))
        os.link(os.path.realpath(path), other)
        put(other, self.content(path))

    def through_a_mapping(self):
        path = self.victim()
        content = get(path)
        if not content or self.kind.name == "binary" or b"1" not in content:
            return False
        with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
            mapped[content.index(b"1")] = ord("3")
            mapped.flush()

    def unrelated(self):
        name = self.random.choice(["unused.py", "notes.md", "new/thing.txt", ".hidden.js", "src/.tmp.js"])
        put(self.path(name), b"%d\n" % self.random.randrange(10**9))

    def another_file(self):
        folder = os.path.dirname(self.victim())
        if not os.path.isdir(folder):
            return False
        put(os.path.join(folder, "added%d%s" % (self.random.randrange(99), self.random.choice([".js", ".py", ".txt"]))), b"1\n")

    def git(self):
        run = lambda line: subprocess.run(line, shell=True, cwd=self.tree, env={**os.environ, **GIT}, capture_output=True, timeout=60)
        if not os.path.isdir(self.path(".git")):
            run("git init -q . && git add -A . && git commit -qm 1")
        return None if run(self.random.choice(["git add -A . && git commit -qm next", "git checkout -q -f .", "git stash -q -u", "git stash pop -q",
                                               "git checkout -q -f HEAD~1", "git reset -q --hard", "git checkout -q -f master"])).returncode == 0 else False

    EDITS = [write, write, write, replace, replace, same_time_and_size, remove, touch, touch, restore, restore, move_away_or_back, directory_away_or_back,
             directory_swapped, link_swapped, link_swapped, link_instead, through_a_hard_link, through_a_mapping, unrelated, another_file, git]

    # -- the verdict -------------------------------------------------------------------------------------------------------------------

    def code(self):
        with urllib.request.urlopen("http://127.0.0.1:%d/health/status" % self.port, timeout=10) as answer:
            return json.loads(answer.read())["code"]

    def judge(self, what):
        """One result: right, or how it was wrong."""
        began = time.monotonic()
        while True:
            truth = self.truth()
            code = self.code()
            if code["verdict"] == truth:
                self.slowest = max(self.slowest, time.monotonic() - began)
                return ("right", None)
            if time.monotonic() - began > self.limit:
                break
            time.sleep(0.03)
        word = "unknown" if code["verdict"] == "unknown" else "false " + code["verdict"]
        if word == "unknown" and not code.get("reasons"):
            word = "unknown without a reason"
        return (word, "seed %d, %s, after %s: %s" % (self.seed, self.kind.name, " > ".join(self.done + [what]), json.dumps(code)))

    def run(self):
        results = []
        for name, content in self.kind.files.items():
            put(self.path(name), content)
            if name.startswith("bin/"):
                os.chmod(self.path(name), 0o755)
        os.symlink("rel1", self.path("current"))
        self.was = {name: get(self.path(name)) for name in self.kind.loaded}
        self.port = free_port()
        state = self.tree + ".state"
        environment = {**os.environ, "HOME": state, "XDG_STATE_HOME": state, "XDG_CONFIG_HOME": state}
        os.makedirs(state)
        with open(state + "/output", "wb") as output:
            command = [self.program, "run", "--name", "s%d" % self.seed, "--listen", "127.0.0.1:%d" % self.port, *self.kind.options, "--", *self.kind.command]
            process = subprocess.Popen(command, cwd=self.tree, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
        try:
            for _ in range(600):
                if (os.path.exists(self.path("up")) or self.kind.name == "binary") and self.answers():
                    break
                time.sleep(0.05)
            else:
                raise RuntimeError("seed %d, %s: never up: %s" % (self.seed, self.kind.name, get(state + "/output")))
            if self.kind.name == "binary":  # it says nothing: whatever it loads is loaded in a moment
                time.sleep(0.5)
            results.append(self.judge("start"))
            while len(self.done) < self.steps:
                edit = self.random.choice(self.EDITS)
                try:
                    if edit(self) is False:
                        continue
                except OSError as problem:
                    if problem.errno not in (2, 17, 20, 21, 22, 39, 40):  # what it edits is away, or something else by now
                        raise
                    continue
                results.append(self.judge(edit.__name__))
                self.done.append(edit.__name__)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
            shutil.rmtree(self.tree, ignore_errors=True)
            shutil.rmtree(state, ignore_errors=True)
        return results

    def answers(self):
        try:
            self.code()
            return True
        except (OSError, KeyError):
            return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("program")
    parser.add_argument("--sequences", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1, help="of the first sequence")
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--limit", type=float, default=2.0, help="seconds that a verdict may take")
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--unknown", type=float, default=1.0, help="percent of the verdicts that may be so")
    parser.add_argument("--kind", help="only this one")
    options = parser.parse_args()
    all_kinds = [kind for kind in kinds() if options.kind in (None, kind.name)]
    counts, failures, slowest, lock = {}, [], [0.0], threading.Lock()

    def one(seed):
        sequence = Sequence(os.path.abspath(options.program), seed, all_kinds[seed % len(all_kinds)], options.steps, options.limit)
        results = sequence.run()
        with lock:
            slowest[0] = max(slowest[0], sequence.slowest)
            for word, text in results:
                counts[word] = counts.get(word, 0) + 1
                if text:
                    failures.append(word)
                    print("%s: %s" % (word, text), flush=True)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(one, range(options.seed, options.seed + options.sequences)))
    verdicts = sum(counts.values())
    print("%d sequences, %d verdicts: %s; the slowest right one after %.2f s" % (
        options.sequences, verdicts, ", ".join("%d %s" % (n, word) for word, n in sorted(counts.items())), slowest[0]))
    unknown = counts.get("unknown", 0)
    return 1 if verdicts - counts.get("right", 0) - unknown > 0 or unknown * 100 > options.unknown * verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
