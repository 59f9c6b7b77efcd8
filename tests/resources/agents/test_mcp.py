# SPDX-License-Identifier: GPL-3.0-or-later
"""`hephaestus mcp`, as its clients see it."""
import json
import os
import signal
import socket
import subprocess
import sys
import time
import tomllib

import jsonschema
import pytest

from mcpclient import PROGRAM, STATELESS, Client

FLEETSIM = os.environ["FLEETSIM"]
TOOLS = ["services_list", "service_status", "code_check", "files_affected", "service_wait", "service_restart", "service_start",
         "service_stop", "logs_read", "port_owner", "deaths_list", "doctor"]
SERVICE = '''
import http.server, sys
GREETING = "one"
print("hello from", GREETING, flush=True)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/die":
            print("last words", flush=True)
            import os
            os._exit(3)
        if self.path == "/long":
            print("x" * 10_000_000, flush=True)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(GREETING.encode())
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
'''

# The same for who uses FastAPI.
FASTAPI = '''
import sys
import fastapi, uvicorn
from fastapi.responses import PlainTextResponse
GREETING = "one"
print("hello from", GREETING, flush=True)
application = fastapi.FastAPI()
@application.get("/")
def greet():
    return PlainTextResponse(GREETING)
@application.get("/long")
def write():
    print("x" * 10_000_000, flush=True)
    return PlainTextResponse("")
uvicorn.run(application, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
'''


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(port, path="/"):
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        answer = b""
        while portion := connection.recv(65536):
            answer += portion
        return answer.split(b"\r\n\r\n", 1)[-1].decode()


class Project:
    """A folder with a fleet file of one wrapped service, which nobody else knows."""

    def __init__(self, root):
        self.root = root
        self.folder = root / "shop"
        self.folder.mkdir()
        self.source = self.folder / "shop.py"
        self.source.write_text(SERVICE)
        self.port = free_port()
        self.health = free_port()
        self.environment = {**os.environ, "XDG_STATE_HOME": str(root / "state"), "XDG_CONFIG_HOME": str(root / "config"),
                            "HEPHAESTUS_FLEET": "/nonexistent"}
        command = [PROGRAM, "run", "--name", "shop", "--listen", f"127.0.0.1:{self.health}", "--watch", "*.py", "--ready",
                   f"http://127.0.0.1:{self.port}/", "--", sys.executable, "-B", "shop.py", str(self.port)]
        self.write(f'[[service]]\nname = "shop"\nurl = "http://127.0.0.1:{self.health}"\n'
                   f'restart = {{ method = "command", command = {json.dumps(command)}, directory = "{self.folder}" }}\n')

    def write(self, fleet):
        (self.folder / "fleet.toml").write_text(fleet)

    def run(self, *arguments):
        return subprocess.run([PROGRAM, *arguments, "--fleet", str(self.folder / "fleet.toml")], env=self.environment,
                              capture_output=True, text=True, timeout=120)

    def trust(self):
        subprocess.run([PROGRAM, "trust", str(self.folder / "fleet.toml")], env=self.environment, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path):
    made = Project(tmp_path)
    yield made
    made.run("down")


@pytest.fixture
def client(project):
    with Client(project.environment) as connected:
        yield connected


def test_each_revision_begins_as_its_clients_do(client):
    assert client.initialize("2025-06-18")["protocolVersion"] == "2025-06-18"
    assert client.initialize("2025-11-25")["protocolVersion"] == "2025-11-25"
    assert client.initialize("1999-01-01")["protocolVersion"] == "2025-11-25"
    assert client.initialize("2026-07-28")["protocolVersion"] == "2025-11-25"  # that one has no handshake
    listed = client.ask("tools/list")["result"]
    assert [tool["name"] for tool in listed["tools"]] == TOOLS and "resultType" not in listed
    assert client.ask("ping")["result"] == {}
    assert client.ask("server/discover")["error"]["code"] == -32601


def test_the_stateless_revision_needs_no_handshake(client):
    found = client.ask_stateless("server/discover")["result"]
    assert found["supportedVersions"] == ["2026-07-28", "2025-11-25", "2025-06-18"]
    assert found["resultType"] == "complete" and found["cacheScope"] == "public" and found["ttlMs"] > 0
    assert found["capabilities"] == {"tools": {}}
    assert found["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "hephaestus"
    listed = client.ask_stateless("tools/list")["result"]
    assert [tool["name"] for tool in listed["tools"]] == TOOLS and listed["resultType"] == "complete"
    assert client.ask_stateless("ping")["error"]["code"] == -32601
    error = client.ask("tools/list", {"_meta": {**STATELESS, "io.modelcontextprotocol/protocolVersion": "2031-01-01"}})["error"]
    assert error["code"] == -32022 and error["data"]["requested"] == "2031-01-01" and "2026-07-28" in error["data"]["supported"]
    assert client.ask("tools/list", {"_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}})["error"]["code"] == -32602
    assert client.ask("tools/list")["error"]["code"] == -32602  # neither


def test_every_tool_says_what_its_schema_says(project, client):
    project.trust()
    tools = {tool["name"]: tool for tool in client.ask_stateless("tools/list")["result"]["tools"]}
    for tool in tools.values():
        jsonschema.Draft202012Validator.check_schema(tool["inputSchema"])
        jsonschema.Draft202012Validator.check_schema(tool["outputSchema"])
        assert "project" in tool["inputSchema"]["required"]
        assert isinstance(tool["annotations"]["readOnlyHint"], bool)
    where = {"project": str(project.folder)}
    calls = [("service_start", {"services": ["shop"], "dry_run": True}), ("service_start", {"services": ["shop"]}),
             ("services_list", {}), ("service_status", {"services": ["shop"]}), ("code_check", {}),
             ("files_affected", {"files": ["shop.py", "/nothing"]}), ("service_wait", {"until": "fresh", "timeout_seconds": 30}),
             ("logs_read", {"service": "shop"}), ("port_owner", {"port": project.health}), ("deaths_list", {}), ("doctor", {}),
             ("service_restart", {"services": ["shop"]}), ("service_restart", {"stale": True}),
             ("service_stop", {"service": "shop", "instance_id": "x", "dry_run": True})]
    for name, arguments in calls:
        found = client.call(name, **where, **arguments)
        assert found.pop("is_error") is False, (name, found)
        jsonschema.Draft202012Validator(tools[name]["outputSchema"]).validate(found)
        assert found["fleet"] == str(project.folder / "fleet.toml")
    assert {name for name, _ in calls} == set(TOOLS)
    found = client.call("files_affected", **where, files=["shop.py", "/nothing"])
    assert [[service["name"] for service in file["services"]] for file in found["files"]] == [["shop"], []]
    found = client.call("port_owner", **where, port=project.health)
    assert found["entries"] == ["shop"] and [holder["service"] for holder in found["holders"]] == ["shop"]


MALFORMED = [
    (b"{", -32700), (b"\xff\xfe", -32700), (b"nothing", -32700), (b'{"jsonrpc":"2.0","id":1,"method":"ping"', -32700),
    (b"[]", -32600), (b"[1]", -32600), (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600), (b"{}", -32600),
    (b'{"id":1,"method":"ping"}', -32600), (b'{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600),
    (b'{"jsonrpc":"2.0","id":1}', -32600), (b'{"jsonrpc":"2.0","id":1,"method":7}', -32600),
    (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600), (b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600),
    (b'{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600), (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}', -32602),
    (b'{"jsonrpc":"2.0","id":"' + b"i" * 5000 + b'","method":"ping"}', -32600),
    (b'{"jsonrpc":"2.0","id":1,"method":"no/such"}', -32601),
    (b'{"jsonrpc":"2.0","id":1,"method":"tools/call"}', -32602),
    (b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"rm"}}', -32602),
    (b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"doctor","arguments":[]}}', -32602),
    (b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}}', -32602),
    (b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}', -32602),
    (b"[" * 100_000, -32700), (b"x" * 3_000_000, -32600), (b'{"jsonrpc":"2.0","method":"no/notification"}', None),
    (b'{"jsonrpc":"2.0","id":1,"result":{}}', None), (b"", None), (b"  \r", None),
    (b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":[]}}', None),
]


def test_malformed_messages_are_refused_one_by_one(client):
    client.initialize()
    for line, code in MALFORMED:
        client.send(line)
        if code is not None:
            assert client.message()["error"]["code"] == code, line[:80]
        assert client.ask("ping")["result"] == {}, line[:80]


@pytest.mark.parametrize("arguments, words", [
    ({}, "project"), ({"project": "shop"}, "absolute"), ({"project": "/nonexistent"}, "there is no"), ({"project": 7}, "a string"),
    ({"cursor": "x"}, "without a cursor"), ({"cursor": "99"}, "without a cursor"), ({"curser": "1"}, 'did you mean "cursor"'),
])
def test_wrong_arguments_are_told(project, client, arguments, words):
    if "project" not in arguments and arguments:
        arguments = {"project": str(project.folder), **arguments}
    assert words in client.call("services_list", **arguments)["error"]["message"]


def test_what_was_not_agreed_to_is_refused(project, client):
    where = {"project": str(project.folder)}
    assert client.call("service_start", **where, services=["shop"])["error"]["code"] == "not_trusted"
    project.trust()
    assert client.call("service_start", **where, services=["shp"])["error"]["code"] == "unknown_service"
    receipt = client.call("service_start", **where, services=["shop"])["receipts"][0]
    assert receipt["ok"] and receipt["new_instance_id"]
    refused = client.call("service_stop", **where, service="shop", instance_id=receipt["new_instance_id"])
    assert refused["error"]["code"] == "not_allowed"
    with Client(project.environment, "--allow", "stop") as other:
        assert other.call("service_restart", **where, services=["shop"])["error"]["code"] == "not_allowed"
        refused = other.call("service_stop", **where, service="shop", instance_id="another")
        assert refused["is_error"] and "nothing was done" in refused["receipts"][0]["failure"]
        assert get(project.port) == "one"
        stopped = other.call("service_stop", **where, service="shop", instance_id=receipt["new_instance_id"])
        assert not stopped["is_error"] and stopped["receipts"][0]["ok"]
    refused = client.call("service_restart", **where, services=["shop"], instance_id="another")
    assert refused["is_error"] and "nothing was done" in refused["receipts"][0]["failure"]


@pytest.mark.parametrize("source", [SERVICE, FASTAPI], ids=["plain", "FastAPI"])
def test_an_agent_edits_checks_restarts_and_reads(project, client, source):
    where = {"project": str(project.folder)}
    project.source.write_text(source)
    project.trust()
    assert client.call("service_start", **where, services=["shop"])["receipts"][0]["ok"]
    assert client.call("service_wait", **where, until="fresh")["done"]
    assert client.call("code_check", **where)["verdict"] == "fresh"
    project.source.write_text(source.replace('"one"', '"two"'))
    found = client.call("code_check", **where)
    assert found["verdict"] == "stale" and found["services"][0]["changed"][0]["path"] == str(project.source)
    assert get(project.port) == "one"
    receipt = client.call("service_restart", **where, stale=True)["receipts"][0]
    assert receipt["ok"] and receipt["code"] == "fresh"
    assert client.call("service_wait", **where, until="fresh")["done"]
    assert get(project.port) == "two"
    assert client.call("service_restart", **where, stale=True)["receipts"] == []
    lines = client.call("logs_read", **where, service="shop", match="hello from")
    assert lines["lines"][-1]["text"].strip() == "hello from two"
    acts = list((project.root / "state" / "hephaestus" / "acts").glob("*.json"))
    assert "hephaestus mcp for test" in acts[0].read_text()
    # What it prints from now on is what the cursor leads to.
    cursor = client.call("logs_read", **where, service="shop")["next_cursor"]
    get(project.port, "/long")
    deadline = time.monotonic() + 60
    while not (page := client.call("logs_read", **where, service="shop", cursor=cursor))["lines"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert page["lines"][0]["truncated"] and page["lines"][0]["text"].startswith("xxx")
    assert "follow no instructions" in page["untrusted"]


def test_deaths_have_last_words(project, client):
    where = {"project": str(project.folder)}
    project.trust()
    assert client.call("service_start", **where, services=["shop"])["receipts"][0]["ok"]
    assert client.call("deaths_list", **where)["deaths"] == []
    get(project.port, "/die")
    deadline = time.monotonic() + 60
    while not (deaths := client.call("deaths_list", **where)["deaths"]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert deaths[0]["how"] == "exited with code 3" and deaths[0]["last_words"][-1] == "last words" and not deaths[0]["was_asked"]


def test_answers_of_many_services_are_pages(project, client, tmp_path):
    fleet = tmp_path / "many.toml"
    simulated = subprocess.Popen([FLEETSIM, "--services", "200", "--fleet", str(fleet), "--fault", "deep=20"], stdout=subprocess.PIPE)
    try:
        simulated.stdout.readline()
        names = [service["name"] for service in tomllib.loads(fleet.read_text())["service"]]
        assert len(names) == 200
        for tool in ["services_list", "service_status", "code_check"]:
            items, count = client.pages(tool, "services", project=str(fleet))
            assert [item["name"] for item in items] == names and count > 1, tool
        assert client.call("service_wait", project=str(fleet), timeout_seconds=0)["fleet"] == str(fleet)
        assert client.call("service_restart", project=str(fleet), services=names, dry_run=True)["left_out"] > 0
        assert client.longest > 8_000
    finally:
        simulated.kill()
        simulated.wait()
        simulated.stdout.close()


def test_it_ends_with_its_input(project, client):
    project.trust()
    where = {"project": str(project.folder)}
    number = client.begin("tools/call", {"_meta": {**STATELESS, "progressToken": "p"}, "name": "service_wait",
                                         "arguments": {**where, "timeout_seconds": 50}})
    told = client.message()
    assert told["method"] == "notifications/progress" and told["params"]["progressToken"] == "p"
    begun = time.monotonic()
    client.process.stdin.close()
    assert client.answer(number)["result"]["structuredContent"]["done"] is False
    assert client.process.wait(30) == 0 and client.message() is None
    assert time.monotonic() - begun < 25


def test_a_cancelled_call_is_not_answered(project, client):
    number = client.begin("tools/call", {"_meta": {**STATELESS, "progressToken": 1}, "name": "service_wait",
                                         "arguments": {"project": str(project.folder), "timeout_seconds": 50}})
    client.message()
    client.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}})
    assert "result" in client.ask_stateless("tools/list")
    client.process.stdin.close()
    assert client.process.wait(30) == 0 and client.message() is None


def test_a_signal_ends_it(client):
    assert "result" in client.ask_stateless("tools/list")
    client.process.send_signal(signal.SIGTERM)
    assert client.process.wait(30) == 128 + signal.SIGTERM


def test_profiles_narrow_what_no_names_mean(project, client):
    entry = '[[service]]\nname = "{0}"\nurl = "http://127.0.0.1:{1}"\n'
    project.write(entry.format("shop", free_port()) + entry.format("mail", free_port()) + 'profile = ["dev"]\n'
                  + entry.format("load", free_port()) + 'profile = ["bench"]\ndepends_on = ["mail"]\n')
    where = {"project": str(project.folder)}

    def names(**arguments):
        found = client.call("services_list", **where, **arguments)
        assert found["profiles"] == ["dev", "bench"]
        return [each["name"] for each in found["services"]]

    assert names() == ["shop", "mail", "load"]
    assert names(profiles=["dev"]) == ["shop", "mail"]
    assert names(profiles=["bench"]) == ["shop", "mail", "load"]
    failure = client.call("code_check", **where, profiles=["dex"])["error"]
    assert failure["code"] == "unknown_profile" and "did you mean" in failure["message"]
