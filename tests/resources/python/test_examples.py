# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs of resources/examples/python, as processes, with what they depend on played by a fake."""
import contextlib
import http.server
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[3] / "resources/examples/python"


class Fake:
    """Qdrant, a model's interface, and a service that is alive, at one address. `broken` holds the first parts of paths that get 500."""

    def __init__(self):
        self.calls, self.points, self.broken, self.size = [], {}, set(), None
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"null")
                part = self.path.split("/")[1]
                fake.calls.append(part)
                answer = None if part in fake.broken else fake.answer(self.command, self.path, body)
                self.send_response(500 if answer is None else 200)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            do_POST = do_PUT = do_GET

            def log_message(self, *arguments):
                """Says nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, method, path, body):
        if path == "/v1/embeddings":
            return {"data": [{"embedding": [float(body["input"].count(letter)) for letter in "aeiou"]}]}
        if path == "/collections/notes/exists":
            return {"result": {"exists": self.size is not None}}
        if path == "/collections/notes" and method == "PUT":
            self.size = body["vectors"]["size"]
            return {"result": True}
        if path == "/collections/notes/points?wait=true":
            self.points.update({point["id"]: point["vector"] for point in body["points"]})
            return {"result": {"status": "completed"}}
        if path == "/collections/notes/points/search":
            def distance(note):
                return sum((one - other) ** 2 for one, other in zip(self.points[note], body["vector"]))
            return {"result": [{"id": note} for note in sorted(self.points, key=distance)[:body["limit"]]]}
        return {"status": "healthy"} if path == "/health/live" else None

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def fake():
    made = Fake()
    yield made
    made.close()


class Program:
    """One of the examples, from its first answer on."""

    def __init__(self, script, port, *arguments):
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen([sys.executable, str(EXAMPLES / script), *arguments], stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        self.said = []
        self._reader = threading.Thread(target=lambda: self.said.extend(self.process.stderr), daemon=True)
        self._reader.start()

    def ask(self, path, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"} if data else {}, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def answers(self):
        assert self.process.poll() is None, self.said
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            return self.ask("/health/ready", None)
        return None

    def dependency(self, name):
        return self.ask("/health/status")["dependencies"][name]

    def counts(self, name):
        found = self.dependency(name)
        return found["success_count"], found["failure_count"]

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stderr.close()


@pytest.fixture
def start(eventually):
    begun = []

    def run(script, *arguments, address="--listen"):
        with http.server.HTTPServer(("127.0.0.1", 0), None) as taken:
            port = taken.server_port
        begun.append(Program(script, port, address, str(port) if address == "--port" else f"127.0.0.1:{port}", *arguments))
        eventually(begun[-1].answers)
        return begun[-1]
    yield run
    for program in begun:
        program.end()


def tool(program, name, **arguments):
    answer = program.ask("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}})
    return answer["result"]["content"][0]["text"], answer["result"].get("isError", False)


@pytest.fixture
def server(start, fake, tmp_path):
    pytest.importorskip("fastapi")
    return start("mcp/server.py", "--database", str(tmp_path / "notes.db"), "--qdrant", fake.url, "--model-url", fake.url, address="--port")


def test_the_server_counts_the_calls_it_makes_and_nothing_else(server, fake):
    assert [server.counts(name) for name in ("openai", "qdrant", "database")] == [(0, 0)] * 3
    assert tool(server, "remember", text="aaa oo") == ("remembered as note 1", False)
    assert tool(server, "remember", text="iii uu") == ("remembered as note 2", False)
    assert tool(server, "recall", question="uiui") == ("iii uu\naaa oo", False)
    assert fake.calls.count("v1") == 3
    assert [server.counts(name) for name in ("openai", "qdrant", "database")] == [(3, 0)] * 3
    assert server.dependency("openai")["embedding_model"] == "text-embedding-3-small"


@pytest.mark.parametrize("part, failing, untouched", [("v1", "openai", "qdrant"), ("collections", "qdrant", "")])
def test_the_dependency_that_fails_is_the_one_that_shows_it(server, fake, part, failing, untouched):
    fake.broken.add(part)
    assert tool(server, "recall", question="a") == ("HTTP Error 500: Internal Server Error", True)
    assert server.counts(failing) == (0, 1)
    assert (server.dependency(failing)["status"], server.dependency(failing)["error"]) == ("error", "HTTP Error 500: Internal Server Error")
    assert server.counts("database") == (0, 0)
    assert not untouched or server.counts(untouched) == (0, 0)
    fake.broken.clear()
    assert tool(server, "recall", question="a") == ("", False)
    assert server.dependency(failing)["status"] == "working"


@pytest.mark.parametrize("message, code", [
    ({"jsonrpc": "2.0", "id": 7, "method": "no/such"}, -32601),
    ({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "forget"}}, -32602),
    ({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "remember", "arguments": {}}}, -32602),
    ({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "remember", "arguments": ["text"]}}, -32602),
    ({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": ["remember"]}, -32602),
    ({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": ["remember"]}}, -32602),
    ([], -32600),
])
def test_the_server_says_what_is_wrong_with_a_request(server, message, code):
    assert server.ask("/mcp", message)["error"]["code"] == code


def test_the_server_tells_its_tools(server):
    named = server.ask("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/list"})["result"]["tools"]
    assert [(each["name"], each["inputSchema"]["required"]) for each in named] == [("remember", ["text"]), ("recall", ["question"])]
    assert server.ask("/mcp", {"jsonrpc": "2.0", "method": "notifications/initialized"}) is None


def test_the_server_shuts_down_clean(server):
    assert [step["name"] for step in server.ask("/health/shutdown", {}, "POST")["steps"]].count("close the database") == 1
    assert server.process.wait(60) == 0


def test_the_monitor_keeps_what_it_finds_and_answers_meanwhile(start, fake, tmp_path, eventually):
    kept = tmp_path / "monitor.db"
    monitor = start("monitoring/monitor.py", "--url", fake.url + "/health/live", "--database", str(kept), "--every", "0.02")
    eventually(lambda: monitor.counts("mcp")[0] > 1)
    fake.broken.add("health")
    eventually(lambda: monitor.dependency("mcp")["status"] == "error")
    assert monitor.dependency("database")["status"] == "working"
    fake.broken.clear()
    eventually(lambda: monitor.dependency("mcp")["status"] == "working")
    monitor.process.send_signal(signal.SIGTERM)
    assert monitor.process.wait(60) == 0
    connection = sqlite3.connect(kept)
    found = dict(connection.execute("SELECT error, count(*) FROM probes GROUP BY error"))
    connection.close()
    assert set(found) == {None, "HTTP Error 500: Internal Server Error"}


def test_a_monitor_that_sleeps_for_long_ends_at_once(start, fake, tmp_path):
    monitor = start("monitoring/monitor.py", "--url", fake.url + "/health/live", "--database", str(tmp_path / "m.db"), "--every", "3600")
    assert monitor.ask("/health/shutdown", {}, "POST")["status"] == "shutdown_complete"
    assert monitor.process.wait(60) == 0


def children_of(pid):
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_the_manager_starts_an_agent_anew_and_leaves_none_behind(start, fake, eventually):
    manager = start("agents/manager.py", "--url", fake.url + "/health/live", "--agents", "2", "--every", "0.02")
    eventually(lambda: manager.counts("agents")[0] > 4 and manager.counts("mcp")[0] > 2)
    assert manager.dependency("lmstudio") == {"status": "not_used"}
    before = children_of(manager.process.pid)
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    eventually(lambda: len(children_of(manager.process.pid)) == 2 and before[0] not in children_of(manager.process.pid))
    eventually(lambda: manager.dependency("agents")["status"] == "working")
    assert manager.counts("agents")[1] == 1
    left = children_of(manager.process.pid)
    assert manager.ask("/health/shutdown", {}, "POST")["exit_code"] == 0
    assert manager.process.wait(60) == 0
    assert not [pid for pid in left if Path(f"/proc/{pid}").exists()]


@pytest.mark.parametrize("script", ["mcp/server.py", "monitoring/monitor.py", "agents/manager.py"])
def test_adopting_the_package_takes_at_most_15_lines(script):
    lines = (EXAMPLES / script).read_text().splitlines()
    assert 0 < sum(bool(re.search(r"hephaestus_service|\bservice\.|service =|with service|\.call\(\)", line)) for line in lines) <= 15
