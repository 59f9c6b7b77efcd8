#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shuts the example service down with requests in flight, again and again, and counts what was lost.

Each round starts the program on a free port of loopback, sends it --requests slow ones, waits until all are in flight, asks
for the shutdown, and sends late ones. Every accepted request must be answered whole with 200, every late one
exactly with 503, the shutdown with shutdown_complete, and the process must be gone with exit code 0 within the
longest delay and half a second. Bounded: each round ends the process it started.
"""
import argparse
import asyncio
import json
import random
import sys
import time


async def ask(port, method, path):
    """One request on a connection of its own: (status, body), or (0, why) if there was no whole answer."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
                         "Content-Length: 0\r\n\r\n".encode())
            answer = await reader.read()
        finally:
            writer.close()
        head, found, body = answer.partition(b"\r\n\r\n")
        if not found:
            return 0, f"cut off after {len(answer)} bytes"
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        if len(body) != int(fields[b"content-length"]):
            return 0, "body cut off"
        return int(head.split(b" ")[1]), body
    except OSError as error:
        return 0, str(error)


async def one_round(program, requests, longest):
    """What went wrong, as a list of sentences."""
    process = await asyncio.create_subprocess_exec(program, "127.0.0.1:0", stdout=asyncio.subprocess.PIPE,
                                                   stderr=asyncio.subprocess.DEVNULL)
    try:
        line = await asyncio.wait_for(process.stdout.readline(), 20)
        port = int(line.rsplit(b":", 1)[1])
        delays = [random.uniform(0.1, longest) for _ in range(requests)]
        began = time.monotonic()
        work = [asyncio.create_task(ask(port, "POST", f"/orders?delay_ms={int(delay * 1000)}")) for delay in delays]
        # All that are not answered yet are in flight, however fast the first ones were.
        while time.monotonic() - began < 20:
            status = json.loads((await ask(port, "GET", "/health/status"))[1])
            if status["resources"]["in_flight_requests"] + sum(task.done() for task in work) >= requests:
                break
        asked = time.monotonic()
        shutdown = asyncio.create_task(ask(port, "POST", "/health/shutdown"))
        while b"shutting_down" not in (live := await ask(port, "GET", "/health/live"))[1]:
            if live[0] != 200 or time.monotonic() - asked > 5:
                break
        late = [] if all(task.done() for task in work) else await asyncio.gather(*(ask(port, "POST", "/orders") for _ in range(20)))
        answers = await asyncio.gather(*work)
        result = await shutdown
        exit_code = await asyncio.wait_for(process.wait(), 60)
        took = time.monotonic() - asked
        wrong = [f"an accepted request was answered {answer}" for answer in answers if answer[0] != 200]
        if not all(task.done() for task in work):
            wrong.append("unanswered requests")
        wrong += [f"a late request was answered {answer}" for answer in late if answer[0] != 503]
        if result[0] != 200 or json.loads(result[1])["status"] != "shutdown_complete":
            wrong.append(f"the shutdown was answered {result}")
        if exit_code != 0:
            wrong.append(f"exit code {exit_code}")
        if took > longest + 0.5:
            wrong.append(f"gone only {took:.2f} s after it was asked")
        return wrong, len(late)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--parallel", type=int, default=1, help="rounds under way at once")
    parser.add_argument("--requests", type=int, default=200, help="in flight in each round")
    parser.add_argument("--longest", type=float, default=5, help="seconds the slowest request takes")
    parser.add_argument("program")
    options = parser.parse_args()
    places = asyncio.Semaphore(options.parallel)
    failed = late = 0

    async def run(number):
        nonlocal failed, late
        async with places:
            wrong, late_here = await one_round(options.program, options.requests, options.longest)
            late += late_here
            for sentence in wrong[:5]:
                print(f"round {number}: {sentence}")
            failed += bool(wrong)

    await asyncio.gather(*(run(number) for number in range(1, options.rounds + 1)))
    print(f"{options.rounds} shutdowns with {options.requests} requests in flight, {late} late ones: {failed} rounds went wrong")
    return 1 if failed else 0


sys.exit(asyncio.run(main()))
