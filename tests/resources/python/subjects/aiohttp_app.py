# SPDX-License-Identifier: GPL-3.0-or-later
"""An aiohttp application: `aiohttp_app.py PORT`."""
import asyncio
import sys

from aiohttp import web
from common import database, seconds_of, service


async def work(request):
    async with database.call():
        await asyncio.sleep(seconds_of(request.query.get("seconds", "0.1")))
    return web.Response(text="done")


app = web.Application()
app.router.add_get("/work", work)
service.aiohttp(app)

if __name__ == "__main__":
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
    sys.exit(service.exit_code)
