# SPDX-License-Identifier: GPL-3.0-or-later
"""service.run() up to uvicorn's own part."""
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hephaestus_service import Service
from hephaestus_service.signals import newcomers

uvicorn_way = pytest.importorskip("hephaestus_service.uvicorn")
ENVIRONMENT = {"PYTHONPATH": str(Path(__file__).parents[3] / "resources" / "python"), "XDG_STATE_HOME": os.environ["XDG_STATE_HOME"]}


def test_connections_answer_without_delay(monkeypatch):
    seen = []

    def serve(server, sockets):
        with socket.create_connection(sockets[0].getsockname()), sockets[0].accept()[0] as accepted:
            seen.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setattr(uvicorn_way._Server, "run", serve)
    Service("s").run(lambda scope, receive, send: None, port=0)
    assert seen == [1]


def test_a_websocket_is_no_newcomer():
    silent, asking, websocket = SimpleNamespace(cycle=None), SimpleNamespace(cycle=object()), SimpleNamespace()
    assert newcomers([silent, asking, websocket]) == 1


WEBSOCKET = b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: %s\r\n" \
    b"Sec-WebSocket-Version: 13\r\n\r\n" % (b"A" * 22 + b"==")
APPLICATION = """
import socket
import sys
from hephaestus_service import Service
from hephaestus_service.signals import newcomers

async def application(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass

listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
sys.exit(Service("s").run(application, fd=listening.detach(), ws="wsproto"))
"""


def test_an_open_websocket_does_not_hinder_a_shutdown():
    pytest.importorskip("wsproto")
    service = subprocess.Popen([sys.executable, "-c", APPLICATION], env=ENVIRONMENT, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    with service, socket.create_connection(("127.0.0.1", int(service.stdout.readline()))) as client:
        client.sendall(WEBSOCKET)
        assert client.recv(4096).startswith(b"HTTP/1.1 101 ")
        service.terminate()
        errors = service.communicate(timeout=60)[1].decode()
    assert service.returncode == 0, errors
    assert "Error" not in errors


SIGNALLED_TWICE = """
import asyncio
import os
import signal
import socket
import sys
import hephaestus_service.signals
import uvicorn
from hephaestus_service import Service

hephaestus_service.signals.SECOND_AFTER = 60
service = Service("s", code=False)

async def application(scope, receive, send):
    assert scope["type"] == "http"
    for number in (signal.SIGTERM, signal.SIGINT):
        os.kill(os.getpid(), number)
    await service.sleep_async(60)
    await asyncio.sleep(1)  # several turns of the server's own loop, which would end this
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"done"})

listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
uvicorn.run(service.asgi(application), fd=listening.detach(), loop=sys.argv[1], log_level="warning")
"""


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_signals_are_the_services_and_not_the_servers(loop):
    pytest.importorskip(loop)
    service = subprocess.Popen([sys.executable, "-c", SIGNALLED_TWICE, loop], env=ENVIRONMENT, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    with service, socket.create_connection(("127.0.0.1", int(service.stdout.readline())), timeout=60) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: client.recv(4096), b""))
        errors = service.communicate(timeout=60)[1].decode()
    assert answer.startswith(b"HTTP/1.1 200 ") and b"done" in answer, errors
    assert service.returncode == 0, errors


ENDED_WHILE_IT_STARTS = """
import os
import signal
from hephaestus_service import Service

async def lifespan(scope, receive, send):
    await receive()
    os.kill(os.getpid(), signal.SIGTERM)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    print("application ended", flush=True)
    await send({"type": "lifespan.shutdown.complete"})

service = Service("s")
service.cleanup(lambda: print("step ran", flush=True))
application = service.asgi(lifespan)
"""


def test_a_signal_while_the_application_starts_ends_it_in_order(tmp_path):
    """uvicorn alone ends then, and tells the application nothing."""
    (tmp_path / "main.py").write_text(ENDED_WHILE_IT_STARTS)
    ended = subprocess.run([sys.executable, "-B", "-m", "uvicorn", "--loop", "asyncio", "--port", "0", "main:application"], cwd=tmp_path,
                           env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=20)
    assert ended.stdout == "application ended\nstep ran\n", ended.stderr
    assert ended.returncode == 0, ended.stderr
