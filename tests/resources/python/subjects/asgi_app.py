# SPDX-License-Identifier: GPL-3.0-or-later
"""An ASGI application without a framework: `uvicorn asgi_app:app`, `hypercorn asgi_app:app`, `gunicorn -k uvicorn.workers.UvicornWorker`."""
import asyncio
import urllib.parse

from common import database, seconds_of, service


async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    query = dict(urllib.parse.parse_qsl(scope["query_string"].decode()))
    found = scope["path"] == "/work"
    if found:
        async with database.call():
            await asyncio.sleep(seconds_of(query.get("seconds", "0.1")))
    body = b"done" if found else b"no such thing"
    await send({"type": "http.response.start", "status": 200 if found else 404, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


app = service.asgi(application)
