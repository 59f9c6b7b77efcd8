# SPDX-License-Identifier: GPL-3.0-or-later
"""A small client of the Model Context Protocol over stdio, which checks every line that it gets."""
import json
import os
import queue
import subprocess
import threading

PROGRAM = os.environ["HEPHAESTUS"]
LONGEST = 16 * 1024
STATELESS = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
}


class Client:
    def __init__(self, environment, *options, directory="/"):
        self.process = subprocess.Popen([PROGRAM, "mcp", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=environment, cwd=directory)
        self.lines = queue.Queue()
        self.notifications = []
        self.errors = b""
        self.next = 0
        self.longest = 0
        self.threads = [threading.Thread(target=self.read), threading.Thread(target=self.read_errors)]
        for thread in self.threads:
            thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(60)
        for thread in self.threads:
            thread.join()
        self.process.stdout.close()
        self.process.stderr.close()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def read_errors(self):
        self.errors = self.process.stderr.read()

    def send(self, line):
        self.process.stdin.write(line if isinstance(line, bytes) else json.dumps(line).encode())
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def message(self):
        """The next line as a message; None: there is no other."""
        line = self.lines.get(timeout=90)
        if line is None:
            return None
        assert line.endswith(b"\n") and len(line) <= LONGEST, len(line)
        self.longest = max(self.longest, len(line))
        message = json.loads(line)
        assert message["jsonrpc"] == "2.0"
        return message

    def answer(self, number):
        while True:
            message = self.message()
            if message is None or message.get("id") == number:
                return message
            assert "method" in message and "id" not in message, message
            self.notifications.append(message)

    def begin(self, method, params=None, number=None):
        self.next += 1
        number = number or self.next
        self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params or {}})
        return number

    def ask(self, method, params=None):
        return self.answer(self.begin(method, params))

    def ask_stateless(self, method, params=None):
        return self.ask(method, {**(params or {}), "_meta": STATELESS})

    def initialize(self, version="2025-11-25"):
        result = self.ask("initialize", {"protocolVersion": version, "capabilities": {},
                                         "clientInfo": {"name": "test", "version": "1"}})["result"]
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return result

    def call(self, tool, **arguments):
        """The structured content, or the error of a call that failed."""
        answer = self.ask_stateless("tools/call", {"name": tool, "arguments": arguments})
        result = answer["result"]
        content = json.loads(result["content"][0]["text"])
        if "structuredContent" not in result:
            assert result["isError"] and set(content) == {"error"}, result
            return content
        assert result["structuredContent"] == content
        return {**content, "is_error": result["isError"]}

    def pages(self, tool, name, **arguments):
        """All items of a list, page by page, and how many pages there were."""
        items, count = [], 0
        while True:
            page = self.call(tool, **arguments)
            items += page[name]
            count += 1
            if page["next_cursor"] is None:
                return items, count
            arguments["cursor"] = page["next_cursor"]
