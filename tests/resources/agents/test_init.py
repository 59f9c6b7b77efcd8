# SPDX-License-Identifier: GPL-3.0-or-later
"""`hephaestus init` on small projects that look like real ones: what it finds, and that `up` works with it at once."""
import json
import os
import subprocess
import sys
import time
import urllib.request

import pytest

PROGRAM = os.environ["HEPHAESTUS"]
WORKER = "import time\nwhile True:\n    time.sleep(1)\n"
WEB = ("import http.server, os, sys\nport = int(sys.argv[1] if len(sys.argv) > 1 else os.environ['PORT'])\n"
       "class Handler(http.server.SimpleHTTPRequestHandler):\n    def log_message(self, *_):\n        pass\n"
       "http.server.HTTPServer(('127.0.0.1', port), Handler).serve_forever()\n")
APPLICATION = "from fastapi import FastAPI\napp: FastAPI = FastAPI(title='x')\n\n\n@app.get('/')\ndef root():\n    return {}\n"
COMPOSE = """# a comment
version: "3.8"
services:
  db:
    image: postgres:16   # no command
    environment:
      POSTGRES_PASSWORD: secret
  web:
    build: .
    command: ["python3", "web.py", "8123"]
    ports:
      - "8123:8123"
    depends_on:
      db:
        condition: service_healthy
      worker:
        condition: service_started
    environment:
      - MODE={dev}
  worker:
    build: .
    command: python3 worker.py
    depends_on: [db]
  "beat":
    command:
      - python3
      - worker.py
volumes:
  data: {}
"""
PROJECTS = {
    "Procfile": ({"Procfile": "# three\nweb: python3 web.py $PORT\nworker: MODE=fast python3 worker.py\nclock: sleep 1; exec python3 worker.py\n"
                              "release: echo done\n", "web.py": WEB, "worker.py": WORKER}, ["web", "worker", "clock"]),
    "package.json": ({"package.json": json.dumps({"scripts": {"start": "node server.js", "test": "x"}}),
                      "server.js": "require('http').createServer((q, a) => a.end()).listen(process.env.PORT, '127.0.0.1')\n"}, ["start"]),
    "compose": ({"docker-compose.yml": COMPOSE, "web.py": WEB, "worker.py": WORKER}, ["web", "worker", "beat"]),
    "FastAPI": ({"shop/main.py": APPLICATION, "shop/__init__.py": "", "venv/lib/x.py": APPLICATION, "tests/test_a.py": APPLICATION}, ["shop"]),
    "mixed": ({"Procfile": "api: uvicorn main:app --port $PORT\n", "main.py": APPLICATION,
               "package.json": json.dumps({"scripts": {"dev": "vite", "start": "x"}, "devDependencies": {"vite": "5"}})}, ["api", "dev"]),
}


class Project:
    def __init__(self, root, files):
        self.folder = root / "project"
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.environment = {**os.environ, "XDG_STATE_HOME": str(root / "state"), "XDG_CONFIG_HOME": str(root / "config"), "HEPHAESTUS_FLEET": ""}

    def run(self, *arguments):
        return subprocess.run([PROGRAM, *arguments], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=180)


@pytest.fixture(params=PROJECTS)
def project(request, tmp_path):
    made = Project(tmp_path, PROJECTS[request.param][0])
    made.kind, made.names = request.param, PROJECTS[request.param][1]
    yield made
    if (made.folder / "fleet.toml").exists():
        made.run("down")


def test_a_project_is_up_at_once(project):
    shown = project.run("init")
    assert shown.returncode == 1 and "nothing was written" in shown.stderr and not (project.folder / "fleet.toml").exists()
    done = project.run("init", "--yes", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [service["name"] for service in found["services"]] == project.names
    if project.kind == "mixed":
        assert any("npm install" in need for need in found["services"][1]["needs"])
        return
    needs = [need for service in found["services"] for need in service["needs"]]
    if project.kind == "package.json" and needs:
        pytest.skip(needs[0])  # no Node.js here
    assert needs == []
    up = project.run("up")
    assert up.returncode == 0, up.stdout + up.stderr
    assert [service["state"] for service in json.loads(project.run("status", "--json").stdout)] == ["healthy"] * len(project.names)
    again = project.run("init", "--yes")
    assert again.returncode == 1 and "stays as it is" in again.stderr


def test_what_a_project_says_is_seen_as_it_is(tmp_path):
    project = Project(tmp_path, {"Procfile": "web: sleep 1 \u202e# \u009b2J\u200b\U000e0041 é\n"})
    shown = project.run("init").stdout
    assert r"\U0000202e" in shown and "é" in shown
    assert not set("\u202e\u009b\u200b\U000e0041") & set(shown)
    assert project.run("init", "--yes").returncode == 0
    assert project.run("check-config", "fleet.toml").returncode == 0


def answers(port):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).close()
        return True
    except OSError:
        return False


def test_what_runs_becomes_an_entry(tmp_path):
    project = Project(tmp_path, {"web.py": WEB})
    server = subprocess.Popen([sys.executable, "-c", "import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\nprint(s.getsockname()[1])"],
                              stdout=subprocess.PIPE, text=True)
    port = server.communicate()[0].strip()
    running = subprocess.Popen([sys.executable, "-B", "web.py", port], cwd=project.folder)
    try:
        deadline = time.monotonic() + 60
        while not answers(port):
            assert running.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        found = json.loads(project.run("init", "--from-running", "--yes", "--json").stdout)
        assert found["services"][0]["run"] == [sys.executable, "-B", "web.py", "{port}"]
    finally:
        running.kill()
        running.wait()
    assert project.run("up").returncode == 0
    project.run("down")


def test_an_empty_folder_has_nothing(tmp_path):
    project = Project(tmp_path, {"readme.txt": ""})
    assert json.loads(project.run("init", "--yes", "--json").stdout)["error"]["code"] == "nothing_found"
