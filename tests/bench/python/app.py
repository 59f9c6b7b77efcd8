# SPDX-License-Identifier: GPL-3.0-or-later
"""A Starlette application with a few routes, under uvicorn: `app.py KIND PORT [LOOP PROTOCOL]`. KIND: `plain` without a service, `with` it,
or `old` with the adapter of before, which HEPHAESTUS_OLD names the directory of."""
import asyncio
import os
import sys
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

kind, port = sys.argv[1], int(sys.argv[2])
# Until a process has freed a larger block once, glibc maps the buffer of each recv() anew, which costs more than all that is compared
# here. One that has read a large file has; so both have.
bytes(8 << 20)
options = {"port": port, "log_level": "warning", "access_log": False, **dict(zip(("loop", "http"), sys.argv[3:]))}
DETAILS = {"database": {"pool_size": 5}, "qdrant": {"collections": 3}, "openai": {"embedding_model": "text-embedding-3-large"},
           "anthropic": {"provider": "claude"}, "lmstudio": {"embedding_enabled": True, "review_enabled": False}, "groq": {}}
FIXED = {"status": "healthy", "uptime_seconds": 123.456, "start_time": "2025-11-04T12:00:00.000Z", "version": "1.4.0", "service": "orders",
         "instance_id": "0123456789abcdef0123456789abcdef", "pid": 12345}


async def hello(request):
    return PlainTextResponse("hello")


async def slow(request):
    await asyncio.sleep(float(request.query_params["seconds"]))
    return PlainTextResponse("done")


async def fixed(request):
    return JSONResponse(FIXED)


app = Starlette(routes=[Route("/hello", hello), Route("/slow", slow), Route("/fixed", fixed)])


def count(service):
    for name, details in DETAILS.items():
        with service.dependency(name, **details).call():
            pass


if kind == "plain":
    import uvicorn
    uvicorn.run(app, **options)
elif kind == "with":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "resources/python"))
    from hephaestus_service import Service
    service = Service("orders", "1.4.0")
    count(service)
    sys.exit(service.run(app, **options))
else:
    sys.path.insert(0, os.environ["HEPHAESTUS_OLD"])
    from hephaestus_fastapi import Service as Old
    old = Old(app, "orders", "1.4.0")
    count(old)
    sys.exit(old.run(**options))
