# SPDX-License-Identifier: GPL-3.0-or-later
"""The smallest ASGI application there is: it says who it is."""
import os

BODY = str(os.getpid()).encode()


async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(BODY)).encode())]})
        await send({"type": "http.response.body", "body": BODY})
