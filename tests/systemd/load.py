# SPDX-License-Identifier: GPL-3.0-or-later
"""load.py serve | load.py ask PORT FILE

serve: answers on the listening socket that it was handed (LISTEN_FDS), one client at a time; SIGTERM ends it between two.
ask: asks without a pause, each time by a new connection, until FILE is there. Prints how many were answered and lost.
"""
import os
import signal
import socket
import sys


def serve():
    listener = socket.socket(fileno=3)
    listener.settimeout(0.05)
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    while not ended:
        try:
            client, _ = listener.accept()
        except TimeoutError:
            continue
        with client:
            client.settimeout(5)
            while b"\r\n\r\n" not in client.recv(65536):
                pass
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n")


def ask(port, end):
    answered = lost = 0
    while not os.path.exists(end):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
                client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                text = b""
                while chunk := client.recv(65536):
                    text += chunk
            if text.endswith(b"ok\n"):
                answered += 1
            else:
                lost += 1
        except OSError as error:
            print(error, file=sys.stderr)
            lost += 1
    print(answered, lost)


if sys.argv[1] == "serve":
    serve()
else:
    ask(int(sys.argv[2]), sys.argv[3])
