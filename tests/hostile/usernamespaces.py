#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users of other user namespaces, each with a real one (unshare): what they get of a service without a token.

- A service that knows nobody (all users have the overflow user's number there, itself too) takes a change from nobody.
- One that knows root alone takes it from root, and not from another user, whose number is the overflow user's there.
- One outside does not take it from another user who is root within a namespace of its own.

All of them may read what is public, and none of the others what is private. Needs root; exit code 77 says that it is not root, or may not
make user namespaces.

  tests/hostile/usernamespaces.py -- build/debug/bin/hephaestus serve --listen 127.0.0.1:{port}
"""
import json
import os
import socket
import subprocess
import sys
import tempfile
import time

STRANGER = 12_345
PATIENCE = 30  # seconds, until it answers

ASK = """
import http.client, json, os, sys
def ask(method, path):
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=10)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read().decode()
    try:
        return [answer.status, json.loads(body).get("error", {}).get("code", "") if answer.status >= 400 else ""]
    except ValueError:
        return [answer.status, body[:100]]
print(json.dumps([os.geteuid()] + [ask(*one) for one in json.loads(sys.argv[2])]))
"""
QUESTIONS = [("GET", "/health/live"), ("GET", "/health/code?path=/bin/sh"), ("POST", "/health/check"), ("POST", "/health/shutdown")]
NAMESPACE = ["unshare", "--user"]
ROOT_ALONE = ["unshare", "--user", "--map-root-user"]
AS_STRANGER = ["setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups"]


def may(command):
    return subprocess.run([*command, "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def ask(port, prefix):
    """The number that who asks has for itself, and what each question was answered: a status, and the code of a refusal."""
    asked = subprocess.run([*prefix, "/usr/bin/python3", "-c", ASK, str(port), json.dumps(QUESTIONS)], stdout=subprocess.PIPE, check=True, cwd="/")
    return json.loads(asked.stdout)


class Service:
    def __init__(self, command, directory, prefix):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        environment = os.environ | {"HOME": directory, "XDG_STATE_HOME": f"{directory}/state", "XDG_RUNTIME_DIR": directory}
        self.log = open(f"{directory}/log", "w+b")
        self.process = subprocess.Popen([*prefix, *(word.replace("{port}", str(self.port)) for word in command)], stdout=self.log, stderr=self.log,
                                        env=environment, cwd=directory)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.end()
                    self.log.seek(0)
                    raise RuntimeError(f"{' '.join(prefix)}: it does not listen: {self.log.read().decode(errors='replace')}") from None
                time.sleep(0.05)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def main():
    if len(sys.argv) < 3 or sys.argv[1] != "--":
        print(__doc__)
        return 2
    if os.geteuid() != 0:
        print("not root: this cannot be another user, nor give its service a namespace that does not know it")
        return 77
    if not may(NAMESPACE):
        print("this machine allows no user namespaces (unshare --user)")
        return 77
    refused = {"known": ("other_user",), "unknown": ("caller_unknown",)}
    rows = [("root of the machine, of a service that knows nobody", NAMESPACE, [], "unknown"),
            ("a stranger, of a service that knows nobody", NAMESPACE, AS_STRANGER, "unknown"),
            ("root of the machine, of a service that knows root alone", ROOT_ALONE, [], None),
            ("a stranger, of a service that knows root alone", ROOT_ALONE, AS_STRANGER, "unknown"),
            ("a stranger, of a service outside", [], AS_STRANGER, "known")]
    if may([*AS_STRANGER, *ROOT_ALONE]):
        rows.append(("a stranger who is root in its own namespace, of a service outside", [], [*AS_STRANGER, *ROOT_ALONE], "known"))
        rows.append(("a stranger who is nobody in its own namespace, of a service outside", [], [*AS_STRANGER, *NAMESPACE], "known"))
    else:
        print("left out: a stranger in a namespace of its own, which this machine allows root alone")
    wrong = []
    for name, where, who, refusal in rows:
        with tempfile.TemporaryDirectory() as directory:
            os.chmod(directory, 0o755)
            service = Service(sys.argv[2:], directory, where)
            try:
                user, live, private, check, shutdown = ask(service.port, who)
                ended = None if refusal else service.process.wait(PATIENCE)
                if refusal and service.process.poll() is not None:
                    wrong.append(f"{name}: the service has ended")
            finally:
                service.end()
                service.log.close()
        print(f"{name} (there {user}): live {live}, code {private}, check {check}, shutdown {shutdown}")
        if live[0] != 200:
            wrong.append(f"{name}: /health/live was answered {live}")
        if refusal is None and ([private[0], check[0], shutdown[0]] != [200, 200, 200] or ended != 0):
            wrong.append(f"{name}: was refused, or it ended with {ended}")
        if refusal and any(status != 403 or code not in refused[refusal] for status, code in (private, check, shutdown)):
            wrong.append(f"{name}: not refused as {refused[refusal]}")
    for one in wrong:
        print("wrong: " + one)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
