#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What another user of this machine (nobody) gets of a service without a token: over TCP whatever is read but logs and code, and 403 for whatever
changes something; over a Unix-domain socket nothing at all. Then what the service's own user gets. Needs root, or sudo without a password; exit
code 77 says that neither is there.

  tests/hostile/otheruser.py build/debug/bin/hephaestus serve --listen 127.0.0.1:0 --listen unix:{socket}
"""
import json
import os
import subprocess
import sys
import tempfile

READS = [("GET", path) for path in ("/health", "/health/live", "/health/ready", "/health/status", "/health/openapi.json", "/metrics")]
PRIVATE = [("GET", path) for path in ("/health/logs?tail=5", "/health/code?path=/bin/sh")]
CHANGES = [("POST", path) for path in ("/health/shutdown", "/shutdown", "/health/shutdown/schedule", "/health/restart", "/health/check")]
CHANGES.append(("DELETE", "/health/shutdown/schedule"))

# Asks as the user who runs it; with the standard library alone, since it can read no file of ours.
ASK = """
import http.client, json, socket, sys
def ask(address, method, path):
    connection = http.client.HTTPConnection("127.0.0.1", timeout=10)
    connection.sock = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
    try:
        connection.sock.connect(address if isinstance(address, str) else tuple(address))
        connection.request(method, path)
        answer = connection.getresponse()
        return [answer.status, answer.read().decode()]
    except OSError as error:
        return [0, error.strerror]
    finally:
        connection.close()
print(json.dumps([ask(*question) for question in json.loads(sys.argv[1])]))
"""


def ask(questions, prefix=()):
    """What each (address, method, path) is answered, [status, body]; status 0: no connection, and why."""
    asked = subprocess.run([*prefix, "/usr/bin/python3", "-c", ASK, json.dumps(questions)], stdout=subprocess.PIPE, check=True, cwd="/")
    return json.loads(asked.stdout)


def as_nobody():
    if os.geteuid() == 0:
        return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    if subprocess.run(["sudo", "-n", "-u", "nobody", "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
        return ["sudo", "-n", "-u", "nobody"]
    print("neither root nor sudo without a password: nobody can be asked")
    sys.exit(77)


def refusals(metrics):
    """Of another user: nobody has the number of the overflow user, who is nobody in particular."""
    counted = [f'hephaestus_refused_requests_total{{reason="{reason}"}}' for reason in ("other_user", "caller_unknown")]
    return sum(int(line.split()[-1]) for line in metrics.splitlines() if line.rpartition(" ")[0] in counted)


def judge(address, socket):
    nobody = as_nobody()
    wrong = []

    def expect(name, questions, answers, status):
        for (_, method, path), (got, said) in zip(questions, answers):
            if got != status:
                wrong.append(f"{name}: {method} {path} was answered {got} {said[:200]}, not {status}")
        print(f"{name}: {len(answers)} requests, {sum(got == status for got, _ in answers)} answered {status or 'not at all'}")

    status = [(address, "GET", "/health/status")]
    instance = json.loads(ask(status)[0][1])["instance_id"]
    for name, questions, expected in (("nobody reads", [(address, *read) for read in READS], 200),
                                      ("nobody reads what is private", [(address, *read) for read in PRIVATE], 403),
                                      ("nobody changes", [(address, *change) for change in CHANGES], 403),
                                      ("nobody on the Unix-domain socket", [(socket, *one) for one in READS + PRIVATE + CHANGES], 0)):
        expect(name, questions, ask(questions, nobody), expected)
    counted = refusals(ask([(address, "GET", "/metrics")])[0][1])
    if counted != len(CHANGES) + len(PRIVATE):
        wrong.append(f"/metrics counts {counted} refusals of another user, not {len(CHANGES) + len(PRIVATE)}")
    after = json.loads(ask(status)[0][1])
    if after["instance_id"] != instance or after["status"] != "healthy":
        wrong.append(f"it is another service now, or {after['status']}")
    own = [(each, *read) for each in (address, socket) for read in PRIVATE]
    own += [(address, "POST", "/health/check"), (socket, "POST", "/health/check"), (address, "POST", "/health/shutdown")]
    expect("its own user", own, ask(own), 200)
    return wrong


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        print(__doc__)
        return 2
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)  # so that the mode of the socket itself decides
        socket = f"{directory}/socket"
        service = subprocess.Popen([word.replace("{socket}", socket) for word in sys.argv[1:]], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        try:
            port = int(service.stdout.readline().rsplit(":", 1)[1])
            wrong = judge(("127.0.0.1", port), socket)
            if (status := service.wait(30)) != 0:
                wrong.append(f"the service ended with {status}")
        finally:
            if service.poll() is None:
                service.kill()
                service.wait()
    for one in wrong:
        print("wrong: " + one)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
