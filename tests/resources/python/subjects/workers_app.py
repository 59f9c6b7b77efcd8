# SPDX-License-Identifier: GPL-3.0-or-later
"""Under a server with several workers: `asgi` or `wsgi`. /work takes a while; every answer says which process gave it."""
import asyncio
import os
import time
import urllib.parse

from common import database, seconds_of, service


@service.cleanup
def close_database():
    """Says in the answer to a shutdown that this worker ended its part."""
    if "CLEANUP_FAILS" in os.environ:
        raise OSError("the disk is full")


def seconds_in(query):
    return seconds_of(dict(urllib.parse.parse_qsl(query)).get("seconds", "0"))


async def asgi_app(scope, receive, send):
    if scope["type"] != "http":
        raise ValueError("no lifespan")
    async with database.call():
        await asyncio.sleep(seconds_in(scope["query_string"].decode()))
    body = b"%d" % os.getpid()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


def wsgi_app(environment, start_response):
    with database.call():
        time.sleep(seconds_in(environment["QUERY_STRING"]))
    body = b"%d" % os.getpid()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def asgi():
    return service.asgi(asgi_app)


def wsgi():
    return service.wsgi(wsgi_app)
