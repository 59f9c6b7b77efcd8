#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in fleet in one process: services on loopback that answer the protocol, healthy or in every kind of trouble.

    fleet.py --count 50 [--trouble] FLEET.toml

Writes the fleet file once all listen, and serves until it is killed, or its parent is gone, or an hour is over. It answers
from prepared bytes, so that it costs little beside what is measured.
"""
import argparse, asyncio, json, os, time

NAMES = ["orders", "billing", "search", "mailer", "agents", "monitor", "mcp", "gateway", "catalog", "sessions", "images", "reports"]
GROUPS = ["shop", "platform", "hephaestus", "data"]
parser = argparse.ArgumentParser()
parser.add_argument("--count", type=int, default=50)
parser.add_argument("--trouble", action="store_true")
parser.add_argument("fleet")
options = parser.parse_args()
began = time.monotonic()


def troubled(number, every, rest):
    return options.trouble and number % every == rest


def dependency(name, number):
    fails = name == "qdrant" and troubled(number, 13, 4)
    seconds = int(time.monotonic() - began)
    return {"status": "error" if fails else "working", "error": "connection refused (127.0.0.1:6333)" if fails else None,
            "success_count": number + 3 * seconds, "failure_count": seconds if fails else 0,
            "last_success_seconds": 1.2, "last_failure_seconds": 0.4 if fails else -1}


def body(number):
    uptime = time.monotonic() - began + 977 * (number + 1)
    report = {
        "status": "healthy", "uptime_seconds": uptime, "start_time": "2026-01-02T12:00:00.000Z", "version": f"1.{number % 5}.0",
        "service": NAMES[number % len(NAMES)], "instance_id": f"{number:032x}", "pid": 4000 + number, "should_shutdown": False,
        "dependencies": {name: dependency(name, number) for name in ["database", "qdrant", "openai", "anthropic"][:2 + number % 3]},
        "resources": {"open_connections": 3, "background_tasks": number % 4, "in_flight_requests": number * 7 % 5},
        "capabilities": ["check", "restart", "logs"],
        "code": {"verdict": "fresh", "changed": [], "checked_seconds": 1},
    }
    report["dependencies"]["groq"] = {"status": "not_used"}
    if troubled(number, 11, 3):
        report["code"] = {"verdict": "stale", "changed": [{"path": "src/app.py", "kind": "source", "change": "modified"}], "checked_seconds": 1}
    if troubled(number, 17, 6):
        report |= {"status": "shutting_down", "should_shutdown": True,
                   "shutdown": {"mode": "immediate", "phase": "draining", "seconds_left": 27 - uptime % 27, "in_flight": 3, "steps": []}}
    return json.dumps(report).encode()


def answer(number):
    if troubled(number, 19, 8):
        status, content = b"401 Unauthorized", b'{"error": {"code": "unauthorized", "message": "a token is needed"}}'
    elif troubled(number, 23, 9):
        status, content = b"200 OK", b"<html>It works!</html>"
    else:
        status, content = b"200 OK", body(number)
    return b"HTTP/1.1 " + status + b"\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(content) + content


class Connection(asyncio.Protocol):
    def __init__(self, number):
        self.number, self.received = number, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.received += data
        while b"\r\n\r\n" in self.received:
            self.received = self.received.partition(b"\r\n\r\n")[2]
            self.transport.write(answer(self.number))


async def main():
    loop, lines = asyncio.get_running_loop(), []
    for number in range(options.count):
        server = await loop.create_server(lambda number=number: Connection(number), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        if troubled(number, 15, 7):
            server.close()  # refuses
        lines += ["[[service]]", f'name = "{NAMES[number % len(NAMES)]}-{number // len(NAMES) + 1}"', f'url = "http://127.0.0.1:{port}"',
                  f'group = "{GROUPS[number % len(GROUPS)]}"', 'restart = { method = "service" }', ""]
    with open(options.fleet + ".new", "w") as file:
        file.write("\n".join(lines))
    os.rename(options.fleet + ".new", options.fleet)
    parent = os.getppid()
    while os.getppid() == parent and time.monotonic() - began < 3600:
        await asyncio.sleep(1)


asyncio.run(main())
