# SPDX-License-Identifier: GPL-3.0-or-later
"""app.py PORT: answers every request with its pid after 20 ms. Told to end, it accepts no more and finishes what it has begun.

Listens on descriptor 3 if that is handed over (LISTEN_FDS)."""
import os
import select
import signal
import socket
import sys
import threading
import time

ended, ending = os.pipe()
os.set_blocking(ending, False)
signal.set_wakeup_fd(ending)
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: None)
busy = threading.Semaphore(0)
begun = 0


def answer(connection):
    try:
        connection.settimeout(5)
        request = b""
        while b"\r\n\r\n" not in request:
            part = connection.recv(4096)
            if not part:
                return
            request += part
        time.sleep(0.02)
        body = str(os.getpid()).encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    finally:
        connection.close()
        busy.release()


listener = socket.socket(fileno=3) if os.environ.get("LISTEN_FDS") else socket.create_server(("127.0.0.1", int(sys.argv[1])))
listener.setblocking(False)
events = select.epoll()
events.register(listener, select.EPOLLIN)
events.register(ended, select.EPOLLIN)
while ended not in [descriptor for descriptor, _ in events.poll()]:
    try:
        connection, _ = listener.accept()
    except OSError:
        continue
    begun += 1
    threading.Thread(target=answer, args=(connection,), daemon=True).start()
listener.close()
for _ in range(begun):
    if not busy.acquire(timeout=10):
        break
